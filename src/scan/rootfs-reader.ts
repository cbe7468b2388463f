import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Entry, Scan } from '../model/entry.ts';
import { LayahError, systemErrorCode, unreachable } from '../model/errors.ts';
import { hostPath, type HostPrefix } from '../model/host-path.ts';
import { resolveLinks, type TreeNode } from '../model/resolve-links.ts';
import {
  baseName,
  displayPath,
  joinPath,
  parentPath,
  ROOT_PATH,
  type RootfsPath,
} from '../model/rootfs-path.ts';
import type { DigestAlgorithm, RootfsReader } from '../model/rootfs-reader.ts';
import type { OpenRootfs } from './open-rootfs.ts';

/**
 * Reads package databases: links are resolved name by name inside the tree, and only regular files are opened.
 * @param scanned - what is known already, so that it is not looked for again.
 */
export function createRootfsReader(
  { prefix, hostDirectory }: Pick<OpenRootfs, 'prefix' | 'hostDirectory'>,
  scanned: Scan['byPath'] = new Map<RootfsPath, Entry>(),
): RootfsReader {
  const locate = createLocator(prefix, scanned);
  const resolve: RootfsReader['resolve'] = (path) => locate(path)?.path;
  return {
    hostDirectory,
    resolve,
    resolveParent(path) {
      const parent = resolve(parentPath(path));
      return parent === undefined ? undefined : joinPath(parent, baseName(path));
    },
    readFile(path, maxBytes) {
      const located = locate(path);
      return located === undefined ? undefined : readRegularFile(prefix, located, maxBytes);
    },
    async hashFile(path, algorithm, signal) {
      const located = locate(path);
      if (located?.kind !== 'file') return undefined;
      return hashRegularFile({ prefix, path: located.path, algorithm, signal });
    },
    async copyFile(path, hostDestination, maxBytes) {
      const located = locate(path);
      if (located === undefined) return false;
      await copyRegularFile({ prefix, located, hostDestination, maxBytes });
      return true;
    },
  };
}

interface Located {
  /** With every symlink resolved. */
  readonly path: RootfsPath;
  readonly kind: NodeKind;
}

type NodeKind = 'directory' | 'file' | 'symlink' | 'other';

interface Node extends TreeNode {
  readonly kind: NodeKind;
}

/** Databases have thousands of files in few directories, so it asks for a directory once. */
function createLocator(
  prefix: HostPrefix,
  scanned: Scan['byPath'],
): (path: RootfsPath) => Located | undefined {
  /** Without a symlink on the way to them, as all that was scanned. */
  const directories = new Set([ROOT_PATH]);
  const find = (path: RootfsPath): Node | undefined => {
    if (directories.has(path)) return { kind: 'directory' };
    const entry = scanned.get(path);
    const node = entry === undefined ? findNode(prefix, path) : nodeOf(entry);
    if (node?.kind === 'directory') directories.add(path);
    return node;
  };
  return (path) => {
    if (scanned.has(path) || directories.has(parentPath(path))) {
      const node = find(path);
      if (node?.kind !== 'symlink') return node && { path, kind: node.kind };
    }
    const resolved = resolveLinks(path, find);
    const kind = resolved === undefined ? undefined : find(resolved)?.kind;
    return resolved === undefined || kind === undefined ? undefined : { path: resolved, kind };
  };
}

function nodeOf(entry: Entry): Node {
  switch (entry.kind) {
    case 'symlink':
      return { kind: 'symlink', target: entry.target };
    case 'directory':
    case 'file':
      return { kind: entry.kind };
    case 'fifo':
    case 'character-device':
    case 'block-device':
      return { kind: 'other' };
    default:
      return unreachable(entry);
  }
}

/** Opening is no way to find out: that of a device may do something (rewind a tape), that of a socket fails. */
function findNode(prefix: HostPrefix, path: RootfsPath): Node | undefined {
  const place = hostPath(prefix, path);
  try {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink())
      return { kind: 'symlink', target: readlinkSync(place, { encoding: 'latin1' }) };
    if (stats.isDirectory()) return { kind: 'directory' };
    return { kind: stats.isFile() ? 'file' : 'other' };
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw failed(path, thrown);
  }
}

function checkKind({ path, kind }: Located): void {
  if (kind !== 'file') throw unusable(path, 'is not a regular file');
}

/** O_NONBLOCK: should a FIFO take the file's place, opening it must not wait for a writer. */
export const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readRegularFile(prefix: HostPrefix, located: Located, maxBytes: number): Buffer {
  checkKind(located);
  const { path } = located;
  let descriptor: number;
  try {
    descriptor = openSync(hostPath(prefix, path), OPEN_FLAGS);
  } catch (thrown) {
    throw failed(path, thrown);
  }
  try {
    return readDescriptor(descriptor, path, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

function readDescriptor(descriptor: number, path: RootfsPath, maxBytes: number): Buffer {
  const stats = fstatSync(descriptor);
  checkFile(stats, path, maxBytes);
  const content = Buffer.allocUnsafe(stats.size);
  let filled = 0;
  while (filled < content.length) {
    const count = readSync(descriptor, content, filled, content.length - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return content.subarray(0, filled);
}

function checkFile(stats: Stats, path: RootfsPath, maxBytes: number): void {
  if (!stats.isFile()) throw unusable(path, 'is not a regular file');
  if (stats.size > maxBytes) {
    throw unusable(path, `has ${stats.size} bytes, more than the limit of ${maxBytes}`);
  }
}

const CHUNK_BYTES = 256 * 1024;

interface HashRequest {
  readonly prefix: HostPrefix;
  /** With every symlink resolved. */
  readonly path: RootfsPath;
  readonly algorithm: DigestAlgorithm;
  readonly signal: AbortSignal;
}

async function hashRegularFile(request: HashRequest): Promise<string | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(hostPath(request.prefix, request.path), OPEN_FLAGS);
    return (await handle.stat()).isFile() ? await hashContent(handle, request) : undefined;
  } catch (thrown) {
    request.signal.throwIfAborted();
    throw failed(request.path, thrown);
  } finally {
    await handle?.close();
  }
}

async function hashContent(handle: FileHandle, { algorithm, signal }: HashRequest): Promise<string> {
  const hash = createHash(algorithm);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
  }
}

interface CopyRequest {
  readonly prefix: HostPrefix;
  readonly located: Located;
  readonly hostDestination: string;
  readonly maxBytes: number;
}

async function copyRegularFile({ prefix, located, hostDestination, maxBytes }: CopyRequest): Promise<void> {
  checkKind(located);
  const { path } = located;
  let source: FileHandle | undefined;
  try {
    source = await open(hostPath(prefix, path), OPEN_FLAGS);
    const stats = await source.stat();
    checkFile(stats, path, maxBytes);
    await copyContent(source, hostDestination, stats.size);
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : copyFailed(path, hostDestination, thrown);
  } finally {
    await source?.close();
  }
}

/** Not more than the size that was checked, even when the file grows meanwhile. */
async function copyContent(source: FileHandle, hostDestination: string, sizeBytes: number): Promise<void> {
  const destination = await open(hostDestination, 'wx', 0o600);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let offset = 0; offset < sizeBytes;) {
      const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, sizeBytes - offset), offset);
      if (bytesRead === 0) return;
      await destination.writeFile(chunk.subarray(0, bytesRead));
      offset += bytesRead;
    }
  } finally {
    await destination.close();
  }
}

function unusable(path: RootfsPath, what: string): LayahError {
  return new LayahError({
    code: 'bad-database',
    message: `${displayPath(path)} in the root filesystem ${what}`,
    hint: 'Repair or remove it.',
  });
}

function failed(path: RootfsPath, cause: unknown): LayahError {
  return new LayahError({
    code: 'read-failed',
    message: `reading ${displayPath(path)} in the root filesystem`,
    cause,
  });
}

function copyFailed(path: RootfsPath, hostDestination: string, cause: unknown): LayahError {
  return new LayahError({
    code: 'read-failed',
    message: `copying ${displayPath(path)} in the root filesystem to ${hostDestination}`,
    hint: 'Is there room for it? TMPDIR says where temporary files go.',
    cause,
  });
}
