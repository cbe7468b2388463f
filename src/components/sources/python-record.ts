/** One row of a RECORD, or what is wrong with it. Lines count from 1. */
export type RecordRow =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'problem'; readonly lineNumber: number; readonly what: string };

/**
 * The paths of a RECORD (packaging.python.org, "Recording installed projects"): CSV with the default dialect of
 * Python's csv module, so that a quoted field may hold commas, line breaks and doubled quotes. The first field of a
 * row is the path, absolute or relative to the parent of the dist-info directory; digest and size are not looked at.
 * After a row that makes no sense it goes on with the next line; it never goes back.
 * @param text - a byte string.
 */
export function* parseRecord(text: string): Generator<RecordRow> {
  const cursor: Cursor = { text, offset: 0, lineNumber: 1 };
  while (cursor.offset < text.length) {
    const { lineNumber } = cursor;
    const { path, what } = takeFirstField(cursor);
    skipRow(cursor);
    if (what !== undefined) yield { kind: 'problem', lineNumber, what };
    else if (path !== '') yield { kind: 'path', path };
  }
}

/**
 * The paths of an installed-files.txt, which setuptools and pip wrote before wheels: one a line, relative to the
 * egg-info directory.
 * @param text - a byte string.
 */
export function* parseInstalledFiles(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end).trimEnd();
    if (line !== '') yield line;
    start = end + 1;
  }
}

interface Cursor {
  readonly text: string;
  offset: number;
  lineNumber: number;
}

interface Field {
  readonly path: string;
  readonly what?: string;
}

function takeFirstField(cursor: Cursor): Field {
  return cursor.text[cursor.offset] === '"' ? takeQuoted(cursor) : takePlain(cursor);
}

function takePlain(cursor: Cursor): Field {
  const { text, offset: start } = cursor;
  while (!isFieldEnd(text[cursor.offset])) cursor.offset++;
  return { path: text.slice(start, cursor.offset) };
}

function takeQuoted(cursor: Cursor): Field {
  const { text } = cursor;
  const start = cursor.offset + 1;
  let end = text.indexOf('"', start);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  const quoted = text.slice(start, end < 0 ? text.length : end);
  cursor.lineNumber += quoted.split('\n').length - 1;
  cursor.offset = end < 0 ? text.length : end + 1;
  if (end < 0) return { path: '', what: 'a quote that is not closed' };
  if (!isFieldEnd(text[cursor.offset])) return { path: '', what: 'text after the closing quote' };
  return { path: quoted.replaceAll('""', '"') };
}

function isFieldEnd(character: string | undefined): boolean {
  return character === undefined || character === ',' || character === '\n' || character === '\r';
}

/** Digests and sizes are never quoted, so the row ends with the line. */
function skipRow(cursor: Cursor): void {
  const newline = cursor.text.indexOf('\n', cursor.offset);
  cursor.offset = newline < 0 ? cursor.text.length : newline + 1;
  cursor.lineNumber++;
}
