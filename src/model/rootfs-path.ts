declare const rootfsPathBrand: unique symbol;

/**
 * A path inside a root filesystem: no leading or trailing slash, no `.` or `..`, '' is the root.
 * A name is any bytes but NUL and '/', so the string holds one byte a character (latin1), never decoded text.
 * Comparing two such strings therefore compares bytes.
 */
export type RootfsPath = string & { readonly [rootfsPathBrand]: true };

export const ROOT_PATH = '' as RootfsPath;

/** An empty one, `.` or `..`. */
const UNCLEAN_NAME = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Cleans a byte string such as `/usr//lib/../lib64/`: `..` never climbs above the root. */
export function rootfsPath(byteString: string): RootfsPath {
  const relative = byteString.startsWith('/') ? byteString.slice(1) : byteString;
  // Nearly all of the millions of paths that databases list need no cleaning.
  if (!UNCLEAN_NAME.test(relative)) return relative as RootfsPath;
  const names: string[] = [];
  for (const name of relative.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') names.pop();
    else names.push(name);
  }
  return names.join('/') as RootfsPath;
}

/** The path of decoded text, for example of a command line flag. */
export function rootfsPathFromText(text: string): RootfsPath {
  return rootfsPath(encodeUtf8(text));
}

/** `name` is one directory entry, so the result needs no cleaning. */
export function joinPath(directory: RootfsPath, name: string): RootfsPath {
  return (directory === '' ? name : `${directory}/${name}`) as RootfsPath;
}

/** The parent of the root is the root. */
export function parentPath(path: RootfsPath): RootfsPath {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? '' : path.slice(0, slash)) as RootfsPath;
}

/** Whether it is the direct parent of the path, without making a string to find out; not for the root. */
export function isParent(directory: RootfsPath, path: RootfsPath): boolean {
  return path.lastIndexOf('/') === directory.length && path.startsWith(directory);
}

export function baseName(path: RootfsPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** From the outermost directory to the direct parent; the root is not among them. */
export function ancestorPaths(path: RootfsPath): RootfsPath[] {
  const ancestors: RootfsPath[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    ancestors.push(path.slice(0, slash) as RootfsPath);
  }
  return ancestors;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a byte string, or undefined when it is not UTF-8. */
export function decodeUtf8(byteString: string): string | undefined {
  if (isAscii(byteString)) return byteString;
  try {
    return strictUtf8.decode(Buffer.from(byteString, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The byte string of a text. */
export function encodeUtf8(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

const BEYOND_ASCII = /[\u0080-\uffff]/;

export function isAscii(byteString: string): boolean {
  return !BEYOND_ASCII.test(byteString);
}

/** For messages: absolute, on one line, bytes that are no printable text as \xNN. */
export function displayPath(path: RootfsPath): string {
  return `/${displayBytes(path)}`;
}

/** For messages: a byte string on one line; control characters, backslashes and bytes that are not UTF-8 as \xNN. */
export function displayBytes(byteString: string): string {
  const text = decodeUtf8(byteString);
  const unprintable =
    text === undefined
      ? /[^\x20-\x5b\x5d-\x7e]/g
      : /[\u0000-\u001f\u007f-\u009f\\\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
  return (text ?? byteString).replace(unprintable, escapeCharacter);
}

/** What `displayPath` shows, or simply text: for paths that people type. */
export function rootfsPathFromDisplay(text: string): RootfsPath {
  const bytes = encodeUtf8(text);
  return rootfsPath(
    bytes.replace(/\\(?:\\|x([0-9a-f]{2})|u([0-9a-f]{4}))/g, (escape, byte?: string, unit?: string) => {
      if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
      if (unit === undefined) return escape.slice(1);
      return encodeUtf8(String.fromCharCode(Number.parseInt(unit, 16)));
    }),
  );
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\\') return '\\\\';
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
}
