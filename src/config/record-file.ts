import { LayahError } from '../model/errors.ts';
import { parseRecord, type RecordedFile } from '../model/record.ts';
import type { Machine } from './machine.ts';

/** @throws LayahError `read-failed`, or `bad-record` with the line. */
export function readRecordFile(path: string, machine: Machine): RecordedFile[] {
  const origin = path === '-' ? 'standard input' : `the record ${path}`;
  return parseRecord(readInputText(path, origin, machine), origin);
}

/** @param path - `-` for standard input. @throws LayahError `read-failed` */
export function readInputText(path: string, origin: string, machine: Machine): string {
  try {
    return path === '-' ? machine.readStdinText() : machine.readTextFile(path);
  } catch (cause) {
    const hint = 'Name a readable file, or - for standard input.';
    throw new LayahError({ code: 'read-failed', message: `reading ${origin}`, hint, cause });
  }
}
