import fc from 'fast-check';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createBlobCursor } from '../../src/images/blob-cursor.ts';
import { createMemberReader } from '../../src/images/gzip-members.ts';
import { mergeTree } from '../../src/images/merge-tree.ts';
import { tarHeader } from '../../src/layers/tar-header.ts';
import type { LayerEntry } from '../../src/model/entry.ts';
import { LayahError } from '../../src/model/errors.ts';
import { rootfsPath } from '../../src/model/rootfs-path.ts';
import { END_OF_ARCHIVE, padded } from '../unit/images/tar-blocks.ts';
import { buildLayer } from '../unit/images/layer-builder.ts';
import { readTar } from '../unit/images/read-tar.ts';
import { verifyBuiltLayer } from '../unit/images/verify-built-layer.ts';

const byteString = (max: number, without: RegExp) =>
  fc
    .uint8Array({ minLength: 1, maxLength: max })
    .map((bytes) => Buffer.from(bytes).toString('latin1').replace(without, '_'));

const nameArbitrary = byteString(60, /[\0/]/g).map((name) => (name === '.' || name === '..' ? '_' : name));
const pathArbitrary = fc
  .array(nameArbitrary, { minLength: 1, maxLength: 8 })
  .map((names) => rootfsPath(names.join('/')));
const xattrArbitrary = fc.record({
  name: byteString(20, /[\0=]/g).map((name) => `user.${name}`),
  value: fc.uint8Array({ maxLength: 60 }),
});
const metadataArbitrary = fc.record({
  path: pathArbitrary,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.nat({ max: 0xffffffff }),
  gid: fc.nat({ max: 0xffffffff }),
  mtimeSeconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  xattrs: fc
    .uniqueArray(xattrArbitrary, { selector: ({ name }) => name, maxLength: 3 })
    .map((xattrs) => xattrs.sort((a, b) => (a.name < b.name ? -1 : 1))),
});
const linkArbitrary = byteString(200, /\0/g);

type Metadata = Pick<LayerEntry, 'path' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'xattrs'>;

const variantArbitrary = fc.oneof(
  fc.record({ kind: fc.constant('directory' as const) }),
  fc.record({ kind: fc.constant('fifo' as const), linkGroup: fc.constant(undefined) }),
  fc.record({
    kind: fc.constant('file' as const),
    sizeBytes: fc.nat({ max: 2000 }),
    mtimeNanoseconds: fc.constant(0n),
    linkGroup: fc.constant(undefined),
  }),
  fc.record({
    kind: fc.constant('symlink' as const),
    target: linkArbitrary,
    linkGroup: fc.constant(undefined),
  }),
  fc.record({ kind: fc.constant('hardlink' as const), target: pathArbitrary }),
  fc.record({
    kind: fc.constantFrom('character-device' as const, 'block-device' as const),
    deviceMajor: fc.nat({ max: 4095 }),
    deviceMinor: fc.nat({ max: 1_048_575 }),
    linkGroup: fc.constant(undefined),
  }),
);

const entryArbitrary = fc
  .tuple(metadataArbitrary, variantArbitrary)
  .map(([metadata, variant]): LayerEntry => entryOf(metadata, variant));

function entryOf(metadata: Metadata, variant: Variant): LayerEntry {
  return { ...metadata, ...variant };
}

type Variant = typeof variantArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

describe('the tar reader', () => {
  it('gives back every entry that the writer can write, in pieces of any size', () => {
    fc.assert(
      fc.property(
        fc.array(entryArbitrary, { maxLength: 6 }),
        fc.integer({ min: 1, max: 3000 }),
        (entries, pieceBytes) => {
          const contents = entries.map((entry) =>
            Buffer.alloc(entry.kind === 'file' ? entry.sizeBytes : 0, entry.path),
          );
          const parts = entries.flatMap((entry, index) => [
            tarHeader(entry),
            padded(contents[index] ?? Buffer.alloc(0)),
          ]);
          const read = readTar(Buffer.concat([...parts, END_OF_ARCHIVE]), pieceBytes);
          expect(read.endOfArchive).toBe(true);
          expect(read.entries.map(({ content }) => content)).toEqual(contents);
          expect(read.entries.map(({ header }) => essence(header))).toEqual(
            entries.map((entry) => essence(fields(entry))),
          );
        },
      ),
    );
  });

  it('reads any bytes without another error than its own', () => {
    const header = tarHeader({ ...DIRECTORY, path: rootfsPath('a') });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 1535 }), fc.nat({ max: 255 }))), (changes) => {
        const tar = Buffer.concat([header, header, END_OF_ARCHIVE.subarray(512)]);
        for (const [index, byte] of changes) tar[index] = byte;
        try {
          readTar(tar);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LayahError);
        }
      }),
    );
  });
});

const DIRECTORY = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0, xattrs: [] } as const;

interface Essence {
  readonly kind: string;
  readonly path: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly sizeBytes: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly xattrs: readonly { readonly name: string; readonly value: Uint8Array }[];
}

function fields(entry: LayerEntry): Essence {
  return {
    linkName: 'target' in entry ? entry.target : '',
    sizeBytes: 'sizeBytes' in entry ? entry.sizeBytes : 0,
    deviceMajor: 'deviceMajor' in entry ? entry.deviceMajor : 0,
    deviceMinor: 'deviceMinor' in entry ? entry.deviceMinor : 0,
    ...entry,
  };
}

function essence(of: Essence) {
  const { kind, path, linkName, mode, uid, gid, mtimeSeconds, sizeBytes, deviceMajor, deviceMinor } = of;
  const xattrs = of.xattrs.map(({ name, value }) => [name, Buffer.from(value).toString('hex')]);
  return { kind, path, linkName, mode, uid, gid, mtimeSeconds, sizeBytes, deviceMajor, deviceMinor, xattrs };
}

describe('the member reader', () => {
  it('finds every member, wherever the blob is cut and whatever the ends are said to be', async () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 3000, size: 'max' }), {
      minLength: 1,
      maxLength: 5,
    });
    const ends = fc.array(fc.nat({ max: 20_000 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        contents,
        ends,
        fc.integer({ min: 50, max: 5000 }),
        async (parts, saidEnds, pieceBytes) => {
          const members = parts.map((part) => gzipSync(part));
          const output: Buffer[] = [];
          const cursor = createBlobCursor(pieces(Buffer.concat(members), pieceBytes));
          const reader = createMemberReader(cursor, (chunk) => output.push(chunk));
          let expectedOffset = 0;
          for (const [index, member] of members.entries()) {
            expect((await reader.next(saidEnds[index]))?.offset).toBe(expectedOffset);
            expectedOffset += member.length;
          }
          expect(await reader.next()).toBeUndefined();
          expect(Buffer.concat(output)).toEqual(Buffer.concat(parts));
        },
      ),
      { numRuns: 60 },
    );
  });
});

async function* pieces(blob: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < blob.length; offset += pieceBytes)
    yield blob.subarray(offset, offset + pieceBytes);
}

describe('verifying a layer', () => {
  const layer = buildLayer();

  it('notices any change of one byte, but for the time, level and system in a gzip header', async () => {
    const tar = gunzipSync(layer.blob);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: layer.blob.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const changed = Buffer.from(layer.blob);
          changed[at] = (changed[at] ?? 0) ^ change;
          // As a liar would store it: under a digest that fits.
          const { findings } = await verifyBuiltLayer(layer, changed);
          expect(findings.some((finding) => finding.startsWith('blob-digest: '))).toBe(true);
          const isHarmless = findings.length === 1;
          expect(isHarmless && !sameContent(changed, tar)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('ends with findings, not with an exception, on any blob cut short', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: layer.blob.length - 1 }), async (bytes) => {
        const { codes } = await verifyBuiltLayer(layer, layer.blob.subarray(0, bytes));
        expect(codes).toContain('blob-digest');
        expect(codes).toContain('blob-size');
        expect(codes).toContain('footer');
      }),
      { numRuns: 100 },
    );
  });
});

function sameContent(blob: Buffer, tar: Buffer): boolean {
  try {
    return gunzipSync(blob).equals(tar);
  } catch {
    return false;
  }
}

describe('the merged tree', () => {
  /** A model that knows only paths: what a set of files on disk would do. */
  function modelPaths(layers: readonly (readonly string[])[]): string[] {
    let files = new Set<string>();
    for (const layer of layers) {
      for (const name of layer.filter((path) => path.includes('.wh.'))) {
        const hidden = name.replace('.wh.', '');
        files = new Set([...files].filter((path) => path !== hidden && !path.startsWith(`${hidden}/`)));
      }
      for (const name of layer.filter((path) => !path.includes('.wh.'))) {
        const ancestors = new Set(name.split('/').map((_, index, names) => names.slice(0, index).join('/')));
        files = new Set([...files].filter((path) => !path.startsWith(`${name}/`) && !ancestors.has(path)));
        files.add(name);
      }
    }
    return [...files].sort();
  }

  it('holds the files that writing the layers one on the other would leave', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const whiteout = path.map((hidden) => hidden.replace(/[^/]*$/, '.wh.$&'));
    const layers = fc.array(fc.array(fc.oneof(path, whiteout), { maxLength: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(layers, (names) => {
        const entries = names.map(
          (layer) => readTar(Buffer.concat([...layer.map(emptyFile), END_OF_ARCHIVE])).entries,
        );
        const tree = mergeTree(
          entries.map((layer) => layer.map(({ header }) => ({ header, digest: undefined }))),
        );
        const files = [...tree.inodes].filter(([, inode]) => inode.kind === 'file').map(([file]) => file);
        expect(files.sort()).toEqual(modelPaths(names));
      }),
      { numRuns: 1000 },
    );
  });
});

function emptyFile(path: string): Buffer {
  const file = {
    ...DIRECTORY,
    path: rootfsPath(path),
    sizeBytes: 0,
    mtimeNanoseconds: 0n,
    linkGroup: undefined,
  };
  return tarHeader({ ...file, kind: 'file' });
}
