import { rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import type { DigestAlgorithm } from '../../model/rootfs-reader.ts';

export interface MtreeFile {
  readonly path: RootfsPath;
  readonly sizeBytes: number;
  readonly algorithm: DigestAlgorithm;
  readonly digestHex: string;
}

/**
 * The regular files of a package's mtree as makepkg writes it (mtree(5)): a full path from `./` and then `key=value`
 * words a line, with defaults on `/set` lines. Bytes of a name that are no printable ASCII are escaped as \ooo.
 * Lines that say something else, or not enough, are passed over.
 *
 *     /set type=file uid=0 gid=0 mode=644
 *     ./usr/bin/a\040b time=1700000000.0 size=2 md5digest=... sha256digest=...
 *
 * @param text - a byte string.
 */
export function* parseMtreeFiles(text: string): Generator<MtreeFile> {
  let defaultType = '';
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const words = end - start > MAX_LINE_BYTES ? [] : text.slice(start, end).split(' ');
    start = end + 1;
    const [first = '', ...pairs] = words;
    const values = new Map(pairs.map(splitPair));
    if (first === '/set') defaultType = values.get('type') ?? defaultType;
    if (first === '/unset' && (values.has('type') || values.has('all'))) defaultType = '';
    if (!first.startsWith('./') || (values.get('type') ?? defaultType) !== 'file') continue;
    const file = readFile(first, values);
    if (file !== undefined) yield file;
  }
}

/** A path of PATH_MAX bytes that are all escaped, and the digests. */
const MAX_LINE_BYTES = 32 * 1024;

/** The stronger one first; the keywords have a short form too. */
const DIGEST_KEYS: readonly (readonly [string, DigestAlgorithm])[] = [
  ['sha256digest', 'sha256'],
  ['sha256', 'sha256'],
  ['sha1digest', 'sha1'],
  ['sha1', 'sha1'],
  ['md5digest', 'md5'],
  ['md5', 'md5'],
];

function splitPair(word: string): [string, string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
}

function readFile(escapedPath: string, values: ReadonlyMap<string, string>): MtreeFile | undefined {
  const size = values.get('size') ?? '';
  const digest = DIGEST_KEYS.find(([key]) => values.has(key));
  if (!/^[0-9]{1,15}$/.test(size) || digest === undefined) return undefined;
  const [key, algorithm] = digest;
  return {
    path: rootfsPath(unescape(escapedPath)),
    sizeBytes: Number(size),
    algorithm,
    digestHex: values.get(key) ?? '',
  };
}

/** Octal as vis(3) writes it with VIS_OCTAL; libarchive, which makepkg uses, writes no other form. */
function unescape(name: string): string {
  return name.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
