/*
 * What rpm is asked, and how its answer is read. Names are any bytes, so they come through the formatter `shescape`:
 * in single quotes, a quote in the name as '\''. Numbers are plain; what a header lacks is (none).
 *
 *   P 'NAME' 'SOURCERPM' BUILDTIME [DIGESTALGORITHM]
 *   C CHANGELOGTIME                                     one a changelog entry
 *   F STATE FLAGS MODE 'FILENAME' [SIZE 'DIGEST']       one a file
 */
import { LayahError } from '../../model/errors.ts';
import { displayBytes } from '../../model/rootfs-path.ts';
import {
  createRpmLimit,
  RPM_FILE_BYTES,
  type RpmFile,
  type RpmLimit,
  type RpmPackage,
} from './rpm-package.ts';

export const RPM_QUERY_FORMAT = [
  String.raw`P %{NAME:shescape} %{SOURCERPM:shescape} %{BUILDTIME} %{FILEDIGESTALGO}\n`,
  String.raw`[C %{CHANGELOGTIME}\n]`,
  String.raw`[F %{FILESTATES} %{FILEFLAGS} %{FILEMODES} %{FILENAMES:shescape} %{LONGFILESIZES} %{FILEDIGESTS:shescape}\n]`,
].join('');

/**
 * @param output - a byte string.
 * @throws LayahError `bad-database` with the offset of what is not as asked for, or when it is too much.
 */
export function parseRpmQuery(output: string, limit: RpmLimit = createRpmLimit()): RpmPackage[] {
  const packages: GrowingPackage[] = [];
  const cursor: Cursor = { output, offset: 0 };
  while (cursor.offset < output.length) {
    const kind = output[cursor.offset];
    cursor.offset++;
    const current = packages.at(-1);
    limit.add(RPM_FILE_BYTES);
    if (kind === 'P') packages.push(readPackage(cursor));
    else if (kind === 'C' && current !== undefined) addTime(current, readNumber(cursor));
    else if (kind === 'F' && current !== undefined) current.files.push(readFile(cursor));
    else throw unexpected(cursor.output, cursor.offset - 1);
    expect(cursor, '\n');
  }
  return packages;
}

interface GrowingPackage extends RpmPackage {
  readonly changelogTimesSeconds: number[];
  readonly files: RpmFile[];
}

interface Cursor {
  readonly output: string;
  offset: number;
}

function readPackage(cursor: Cursor): GrowingPackage {
  const name = readName(cursor);
  const sourceRpm = readName(cursor);
  const buildTimeSeconds = readNumber(cursor);
  const digestAlgorithm = endsHere(cursor) ? undefined : readNumber(cursor);
  if (name === undefined) throw unexpected(cursor.output, cursor.offset);
  return { name, sourceRpm, buildTimeSeconds, digestAlgorithm, changelogTimesSeconds: [], files: [] };
}

function readFile(cursor: Cursor): RpmFile {
  const state = readNumber(cursor);
  const flags = readNumber(cursor) ?? 0;
  const mode = readNumber(cursor) ?? 0;
  const name = readName(cursor);
  const sizeBytes = endsHere(cursor) ? undefined : readNumber(cursor);
  const digestHex = endsHere(cursor) ? undefined : readName(cursor);
  if (name === undefined) throw unexpected(cursor.output, cursor.offset);
  return { name, state, flags, mode, sizeBytes, digestHex: digestHex === '' ? undefined : digestHex };
}

function endsHere({ output, offset }: Cursor): boolean {
  return output[offset] === '\n';
}

function addTime(current: GrowingPackage, time: number | undefined): void {
  if (time !== undefined) current.changelogTimesSeconds.push(time);
}

const NONE = '(none)';
const QUOTE = "'";
const ESCAPED_QUOTE = String.raw`'\''`;
const MAX_DIGITS = 20;

function readNumber(cursor: Cursor): number | undefined {
  expect(cursor, ' ');
  if (skip(cursor, NONE)) return undefined;
  const digits = /^-?[0-9]+/.exec(cursor.output.slice(cursor.offset, cursor.offset + MAX_DIGITS))?.[0];
  if (digits === undefined) throw unexpected(cursor.output, cursor.offset);
  cursor.offset += digits.length;
  return Number(digits);
}

function readName(cursor: Cursor): string | undefined {
  expect(cursor, ' ');
  if (skip(cursor, NONE)) return undefined;
  expect(cursor, QUOTE);
  const parts: string[] = [];
  for (;;) {
    const quote = cursor.output.indexOf(QUOTE, cursor.offset);
    if (quote < 0) throw unexpected(cursor.output, cursor.offset);
    parts.push(cursor.output.slice(cursor.offset, quote));
    cursor.offset = quote;
    if (!skip(cursor, ESCAPED_QUOTE)) break;
  }
  cursor.offset++;
  return parts.join(QUOTE);
}

function expect(cursor: Cursor, text: string): void {
  if (!skip(cursor, text)) throw unexpected(cursor.output, cursor.offset);
}

function skip(cursor: Cursor, text: string): boolean {
  if (!cursor.output.startsWith(text, cursor.offset)) return false;
  cursor.offset += text.length;
  return true;
}

function unexpected(output: string, offset: number): LayahError {
  const shown = displayBytes(output.slice(offset, offset + 40));
  return new LayahError({
    code: 'bad-database',
    message: `rpm printed something unexpected at byte ${offset}: "${shown}"`,
    hint: 'Does `rpm -qa` work inside the root filesystem?',
  });
}
