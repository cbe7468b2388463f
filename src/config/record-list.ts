import type { RecordPattern } from '../model/record-options.ts';

/** A list of paths and globs, one a line; empty lines and those that begin with `#` mean nothing. */
export function parseRecordList(text: string): RecordPattern[] {
  return text
    .split('\n')
    .map((line, index) => ({ lineNumber: index + 1, text: line.trim() }))
    .filter(({ text: pattern }) => pattern !== '' && !pattern.startsWith('#'));
}
