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
import { LayahError, systemErrorCode } from '../model/errors.ts';
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

type ScannedPaths = Pick<Scan, 'byPath' | 'isComplete'>;

const NOTHING_SCANNED: ScannedPaths = { byPath: new Map(), isComplete: false };

/**
 * Reads package databases: links are resolved name by name inside the tree, and only regular files are opened.
 * @param scanned - what is known already, so that it is not looked for again.
 */
export function createRootfsReader(
  { prefix, hostDirectory }: Pick<OpenRootfs, 'prefix' | 'hostDirectory'>,
  scanned: ScannedPaths = NOTHING_SCANNED,
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
      if (located?.node.kind !== 'file') return undefined;
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
  readonly node: Node;
}

type Node = Entry | FoundNode;

/** What was not scanned. */
interface FoundNode extends TreeNode {
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
}

/** Databases have thousands of files in few directories, so it asks for a directory once. */
function createLocator(
  prefix: HostPrefix,
  { byPath, isComplete }: ScannedPaths,
): (path: RootfsPath) => Located | undefined {
  /** Without a symlink on the way to them, as all that was scanned. */
  const directories = new Map<RootfsPath, FoundNode>([[ROOT_PATH, { kind: 'directory' }]]);
  const find = (path: RootfsPath): Node | undefined => {
    const known = byPath.get(path) ?? directories.get(path);
    if (known !== undefined || isComplete) return known;
    const node = findNode(prefix, path);
    if (node?.kind === 'directory') directories.set(path, node);
    return node;
  };
  const isDirectory = (path: RootfsPath): boolean =>
    byPath.get(path)?.kind === 'directory' || directories.has(path);
  return (path) => {
    if (byPath.has(path) || isDirectory(parentPath(path))) {
      const node = find(path);
      if (node?.kind !== 'symlink') return node && { path, node };
    }
    const resolved = resolveLinks(path, find);
    const node = resolved === undefined ? undefined : find(resolved);
    return resolved === undefined || node === undefined ? undefined : { path: resolved, node };
  };
}

/** Opening is no way to find out: that of a device may do something (rewind a tape), that of a socket fails. */
function findNode(prefix: HostPrefix, path: RootfsPath): FoundNode | undefined {
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

function checkKind({ path, node }: Located): void {
  if (node.kind !== 'file') throw unusable(path, 'is not a regular file');
}

/** O_NONBLOCK: should a FIFO take the file's place, opening it must not wait for a writer. */
export const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readRegularFile(prefix: HostPrefix, located: Located, maxBytes: number): Buffer {
  checkKind(located);
  const { path, node } = located;
  const knownBytes = 'sizeBytes' in node ? node.sizeBytes : undefined;
  if (knownBytes !== undefined) checkSize(knownBytes, path, maxBytes);
  let descriptor: number;
  try {
    descriptor = openSync(hostPath(prefix, path), OPEN_FLAGS);
  } catch (thrown) {
    throw failed(path, thrown);
  }
  try {
    return readDescriptor(descriptor, knownBytes ?? statSize(descriptor, path, maxBytes));
  } finally {
    closeSync(descriptor);
  }
}

function statSize(descriptor: number, path: RootfsPath, maxBytes: number): number {
  const stats = fstatSync(descriptor);
  checkFile(stats, path, maxBytes);
  return stats.size;
}

function readDescriptor(descriptor: number, sizeBytes: number): Buffer {
  const content = Buffer.allocUnsafe(sizeBytes);
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
  checkSize(stats.size, path, maxBytes);
}

function checkSize(sizeBytes: number, path: RootfsPath, maxBytes: number): void {
  if (sizeBytes > maxBytes) {
    throw unusable(path, `has ${sizeBytes} bytes, more than the limit of ${maxBytes}`);
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
