export interface JsonSyntaxError {
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;
  /** What is wrong there, lower case. */
  readonly problem: string;
}

/** Deeper than any config is, and shallow enough for every recursive walk of the value. */
export const MAX_JSON_DEPTH = 100;

/**
 * The first place where a text is no JSON (RFC 8259), or is nested deeper than MAX_JSON_DEPTH; undefined when it is
 * fine. JSON.parse says where only in some versions of Node.
 */
export function findJsonSyntaxError(text: string): JsonSyntaxError | undefined {
  const cursor: Cursor = { text, offset: 0, depth: 0 };
  const problem = scanValue(cursor) ?? scanEnd(cursor);
  return problem === undefined ? undefined : { offset: cursor.offset, problem };
}

/** Where the items of an array begin, which is a text without syntax errors; nothing for any other value. */
export function findArrayItems(text: string): number[] {
  const cursor: Cursor = { text, offset: 0, depth: 0 };
  const offsets: number[] = [];
  if (nextCharacter(cursor) !== '[') return offsets;
  scanContainer(cursor, ']', (item) => {
    nextCharacter(item);
    offsets.push(item.offset);
    return scanValue(item);
  });
  return offsets;
}

interface Cursor {
  readonly text: string;
  offset: number;
  depth: number;
}

/** Each scanner moves the cursor behind what it takes, or leaves it at the problem that it returns. */
type Problem = string | undefined;

const END = 'the text ends too early';
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const LITERAL = /(?:true|false|null)(?!\w)/y;
const WHITESPACE = /[ \t\n\r]*/y;
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function scanValue(cursor: Cursor): Problem {
  const first = nextCharacter(cursor);
  if (first === '{') return scanContainer(cursor, '}', scanMember);
  if (first === '[') return scanContainer(cursor, ']', scanValue);
  if (first === '"') return scanString(cursor);
  if (take(cursor, NUMBER) || take(cursor, LITERAL)) return undefined;
  return first === '' ? END : 'expected a value';
}

function scanContainer(cursor: Cursor, close: string, scanItem: (cursor: Cursor) => Problem): Problem {
  if (++cursor.depth > MAX_JSON_DEPTH) return `nested deeper than ${MAX_JSON_DEPTH} levels`;
  cursor.offset++;
  if (nextCharacter(cursor) !== close) {
    const problem = scanItems(cursor, close, scanItem);
    if (problem !== undefined) return problem;
  }
  cursor.offset++;
  cursor.depth--;
  return undefined;
}

function scanItems(cursor: Cursor, close: string, scanItem: (cursor: Cursor) => Problem): Problem {
  for (;;) {
    const problem = scanItem(cursor);
    if (problem !== undefined) return problem;
    const separator = nextCharacter(cursor);
    if (separator === close) return undefined;
    if (separator !== ',') return separator === '' ? END : `expected "," or "${close}"`;
    cursor.offset++;
    if (nextCharacter(cursor) === close) return `a value is missing between "," and "${close}"`;
  }
}

function scanMember(cursor: Cursor): Problem {
  const first = nextCharacter(cursor);
  if (first !== '"') return first === '' ? END : 'expected a member name in double quotes';
  const problem = scanString(cursor);
  if (problem !== undefined) return problem;
  const colon = nextCharacter(cursor);
  if (colon !== ':') return colon === '' ? END : 'expected ":" after the member name';
  cursor.offset++;
  return scanValue(cursor);
}

function scanString(cursor: Cursor): Problem {
  cursor.offset++;
  for (;;) {
    take(cursor, PLAIN_CHARACTERS);
    const character = cursor.text.charAt(cursor.offset);
    if (character === '"') {
      cursor.offset++;
      return undefined;
    }
    if (character === '') return 'the text ends inside a string';
    if (character !== '\\') return 'a line break or control character inside a string';
    if (!take(cursor, ESCAPE)) return 'an unknown escape after the backslash';
  }
}

function scanEnd(cursor: Cursor): Problem {
  return nextCharacter(cursor) === '' ? undefined : 'more text after the end of the value';
}

/** Skips white space; '' at the end of the text. */
function nextCharacter(cursor: Cursor): string {
  take(cursor, WHITESPACE);
  return cursor.text.charAt(cursor.offset);
}

function take(cursor: Cursor, pattern: RegExp): boolean {
  pattern.lastIndex = cursor.offset;
  const [taken] = pattern.exec(cursor.text) ?? [];
  if (taken === undefined) return false;
  cursor.offset += taken.length;
  return true;
}
