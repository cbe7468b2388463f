/* Images that mean harm, and what has to be said of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildLayer, type BuiltLayer, DEFAULT_ENTRIES, estargzFooter } from '../unit/images/layer-builder.ts';
import { blobName, describeBytes, fileMember, indexOf, OCI, writeDirectory } from '../unit/images/layouts.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from '../unit/images/tar-blocks.ts';
import { editRow, plainLayer } from '../unit/images/verify-built-layer.ts';
import { imageFiles } from '../unit/pipeline/verify-images.ts';
import {
  archiveWithHugeHeader,
  largeIndex,
  largeManifest,
  manyImages,
  selfIndex,
  unknownMember,
} from './hostile-layouts.ts';

export interface HostileImage {
  /** Writes it into the directory. @returns the arguments of `layah verify`. */
  readonly make: (directory: string) => readonly string[];
  /** What is said of it, on whichever stream. */
  readonly says: RegExp;
}

const ZEROS = Buffer.alloc(64 << 20);

function layout(directory: string, layers: readonly BuiltLayer[]): readonly string[] {
  return [`oci:${writeDirectory(directory, imageFiles({ layers }))}`];
}

const gzipLayer = (tar: Buffer, blob: Buffer = gzipSync(tar)): BuiltLayer =>
  plainLayer(blob, tar, OCI.gzipLayer);

const tarOf = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, END_OF_ARCHIVE]);

const layersOf =
  (...layers: readonly BuiltLayer[]) =>
  (directory: string): readonly string[] =>
    layout(directory, layers);

/** 64 GiB of zeros in 4 MB: one member a thousand times. */
function bomb(): BuiltLayer {
  const head = gzipSync(
    tarBlock({ name: 'zeros', edit: (block) => block.write('77777777777', 124, 'latin1') }),
  );
  const zeros = gzipSync(ZEROS, { level: 9 });
  return gzipLayer(Buffer.alloc(0), Buffer.concat([head, ...Array<Buffer>(1000).fill(zeros)]));
}

/** A TOC of 8 GiB. */
function tocBomb(): BuiltLayer {
  const { blob, descriptor, ...rest } = buildLayer();
  const head = tarBlock({ name: 'stargz.index.json', size: 8 * 2 ** 30 - 1 });
  const toc = gzipSync(Buffer.concat([head, ZEROS, ZEROS]), { level: 9 });
  const bytes = Buffer.concat([blob, toc, estargzFooter(blob.length)]);
  return { ...rest, blob: bytes, descriptor: { ...descriptor, ...describeBytes(OCI.gzipLayer, bytes) } };
}

/** 310,000 names. */
function manyEntries(): BuiltLayer {
  const members = Array.from({ length: 31 }, (_, part) => {
    const names = Array.from({ length: 10_000 }, (__, index) =>
      tarBlock({ name: `directory${part}/a file of some length ${index}` }),
    );
    return gzipSync(Buffer.concat(names), { level: 1 });
  });
  return gzipLayer(Buffer.alloc(0), Buffer.concat(members));
}

function longNames(): BuiltLayer {
  const name = (index: number): string => `${index}/`.padEnd(4000, 'n');
  const entries = Array.from({ length: 400 }, (_, index) =>
    Buffer.concat([extension('x', paxBody([['path', name(index)]])), tarBlock({ name: 'x' })]),
  );
  const member = gzipSync(Buffer.concat(entries));
  return gzipLayer(Buffer.alloc(0), Buffer.concat(Array<Buffer>(100).fill(member)));
}

function deepNames(): BuiltLayer {
  const entries = Array.from({ length: 100 }, (_, index) => {
    const path = `${index}/${'d/'.repeat(2040)}`;
    return Buffer.concat([extension('x', paxBody([['path', path]])), tarBlock({ name: 'x', type: '5' })]);
  });
  return gzipLayer(tarOf(...entries));
}

function manyLayers(directory: string, count: number, layer: BuiltLayer): readonly string[] {
  const layers = Array<BuiltLayer>(count).fill(layer);
  return [...layout(directory, layers)];
}

function tinyMembers(): BuiltLayer {
  const empty = gzipSync(Buffer.alloc(0));
  const tar = tarOf();
  return gzipLayer(tar, Buffer.concat([gzipSync(tar), ...Array<Buffer>(200_000).fill(empty)]));
}

const file = (name: string, content = 'x'): Buffer =>
  Buffer.concat([tarBlock({ name, size: content.length }), padded(Buffer.from(content))]);
const pax = (...records: readonly (readonly [string, string])[]): Buffer => extension('x', paxBody(records));

export const HOSTILE_IMAGES: Readonly<Record<string, HostileImage>> = {
  'a bomb of 64 GiB': {
    make: (directory) => [...layout(directory, [bomb()]), '--max-inflated', '256m'],
    says: /limit: sha256:\w+: the layers inflate to more than 268435456 bytes: --max-inflated allows more/,
  },
  'a small bomb that the manifest names a thousand times': {
    make: (directory) => {
      const tar = tarOf(file('zeros', '\0'.repeat(1 << 20)));
      return [...manyLayers(directory, 1000, gzipLayer(tar)), '--max-inflated', '64m'];
    },
    says: /limit: sha256:\w+: the layers inflate to more than 67108864 bytes/,
  },
  'a table of contents that is a bomb': {
    make: layersOf(tocBomb()),
    says: /toc: sha256:\w+: the TOC at offset \d+ cannot be read: it is larger than 67108864 bytes/,
  },
  'three hundred thousand entries and more': {
    make: layersOf(manyEntries()),
    says: /limit: sha256:\w+: the layers have more than 300000 entries: --max-entries allows more/,
  },
  'names of 160 MB': {
    make: layersOf(longNames()),
    says: /limit: sha256:\w+: the names and attributes of the entries have more than 134217728 bytes/,
  },
  'directories two thousand deep, none of which has an entry': {
    make: layersOf(deepNames()),
    says: /the layers have no entries for more than 100000 directories that they use/,
  },
  'two hundred thousand gzip members without content': {
    make: (directory) => [...layout(directory, [tinyMembers()]), '--max-entries', '50000'],
    says: /limit: sha256:\w+: the layers consist of more than 100000 gzip members: --max-entries allows more/,
  },
  'a manifest of 1 GiB': {
    make: largeManifest,
    says: /has 1073741824 bytes, more than the 16777216 that are read of a JSON document/,
  },
  'an index.json of 1 GiB': {
    make: largeIndex,
    says: /index.json of .* has 1073741824 bytes, more than the 16777216/,
  },
  'a manifest of five million objects': {
    make: unknownMember(`[${'{},'.repeat(5_000_000)}{}]`),
    says: /the manifest sha256:\w+ has more than 500000 values/,
  },
  'a manifest that is nested eight million times': {
    make: unknownMember(`${'['.repeat(8_000_000)}${']'.repeat(8_000_000)}`),
    says: /the manifest sha256:\w+ has more than 500000 values/,
  },
  'fifty thousand layers': {
    make: (directory) => manyLayers(directory, 50_000, gzipLayer(tarOf())),
    says: /layers: too big: expected array to have <=10000 items/,
  },
  'an index that lists itself': {
    make: selfIndex,
    says: /index: sha256:\w+: the index has sha256:\w+/,
  },
  'indexes that list thirty-six thousand images': {
    make: manyImages,
    says: /the indexes of .* list more than 20000 images/,
  },
  'an archive with an extension header of 1 GiB': {
    make: archiveWithHugeHeader,
    says: /tar entry pax at offset 0: an extension header of 1073741824 bytes is too large/,
  },
  'a layer with an extension header of 8 GiB': {
    make: layersOf(gzipLayer(tarOf(tarBlock({ name: 'pax', type: 'x', size: 8 * 2 ** 30 - 1 })))),
    says: /tar: sha256:\w+: tar entry pax at offset 0: an extension header of 8589934591 bytes is too large/,
  },
  'a PAX record that says it is longer than all memory': {
    make: layersOf(gzipLayer(tarOf(extension('x', '99999999999999 path=x\n'), tarBlock({ name: 'x' })))),
    says: /tar: sha256:\w+: tar entry extension at offset 0: a record does not begin with its length/,
  },
  'a sparse file of PAX': {
    make: layersOf(gzipLayer(tarOf(pax(['GNU.sparse.realsize', '9007199254740991']), file('sparse')))),
    says: /tar: sha256:\w+: tar entry sparse at offset 0: sparse files are not supported/,
  },
  'a sparse file of GNU tar': {
    make: layersOf(gzipLayer(tarOf(tarBlock({ name: 'sparse', type: 'S', size: 8 * 2 ** 30 - 1 })))),
    says: /tar: sha256:\w+: tar entry sparse at offset 0: entries of type "S" are not supported/,
  },
  'a file that says it is larger than all disks': {
    make: layersOf(gzipLayer(tarOf(pax(['size', '9007199254740991']), tarBlock({ name: 'huge' })))),
    says: /tar: sha256:\w+: tar entry huge at offset \d+: the archive ends within it/,
  },
  'a name that climbs out of the root': {
    make: layersOf(gzipLayer(tarOf(file('../../etc/passwd')))),
    says: /tar: sha256:\w+: the name \.\.\/\.\.\/etc\/passwd climbs with \.\./,
  },
  'a file behind a symlink': {
    make: layersOf(gzipLayer(tarOf(tarBlock({ name: 'out', type: '2', link: '/etc' }), file('out/passwd')))),
    says: /tree: \/out\/passwd: \/out above it is a symlink/,
  },
  'a hardlink to what is not in the image': {
    make: layersOf(gzipLayer(tarOf(tarBlock({ name: 'shadow', type: '1', link: '/etc/shadow' })))),
    says: /tree: \/shadow: it is a hardlink to \/etc\/shadow, which is not there/,
  },
  'an entry twice': {
    make: layersOf(buildLayer({ entries: [...DEFAULT_ENTRIES, { name: './etc/config', content: 'other' }] })),
    says: /order: sha256:\w+: \.\/etc\/config stands twice in the layer/,
  },
  'a table of contents with chunks that overlap': {
    make: layersOf(
      buildLayer({
        editRows: (rows) => void ((rows.find(({ type }) => type === 'chunk') ?? {})['chunkOffset'] = 1),
      }),
    ),
    says: /chunk: sha256:\w+: TOC entry etc\/large: its chunks leave a gap or overlap at byte 40/,
  },
  'a table of contents with a size and an offset beyond all blobs': {
    make: layersOf(
      buildLayer(
        editRow('etc/config', (row) =>
          Object.assign(row, { size: 2 ** 53 - 1, offset: 2 ** 52, chunkSize: 2 ** 52 }),
        ),
      ),
    ),
    says: /chunk: sha256:\w+: TOC entry etc\/config: offset 4503599627370496 is not before the TOC/,
  },
  'a table of contents of four million values': {
    make: layersOf(
      buildLayer({ editJson: (json) => json.replace('}]}', `}],"x":[${'0,'.repeat(4_000_000)}0]}`) }),
    ),
    says: /toc: sha256:\w+: the TOC: it has more than 3000000 values/,
  },
  'a footer that leads beyond the blob': {
    make: layersOf(buildLayer({ footer: () => estargzFooter(2 ** 52) })),
    says: /footer: sha256:\w+: the footer says that the TOC is at offset 4503599627370496, which is not before the footer/,
  },
  'a manifest that names what is not there': {
    make: (directory) => {
      const layer = gzipLayer(tarOf());
      const files = { ...imageFiles({ layers: [layer] }) };
      delete files[blobName(layer.descriptor.digest)];
      return [`oci:${writeDirectory(directory, files)}`];
    },
    says: /missing-blob: sha256:\w+: the blob is not in the image/,
  },
  'a manifest that names its own config as a layer': {
    make: (directory) => {
      const files = imageFiles({
        layers: [],
        editManifest: (manifest) =>
          (manifest['layers'] = [{ ...Object(manifest['config']), mediaType: OCI.gzipLayer }]),
      });
      return [`oci:${writeDirectory(directory, files)}`];
    },
    says: /gzip: sha256:\w+: gzip member at offset 0: no gzip member begins here/,
  },
  'an archive in which the index is there twice': {
    make: (directory) => {
      const path = join(directory, 'image.ociarchive');
      const index = fileMember('index.json', indexOf([]));
      writeFileSync(path, Buffer.concat([index, index, END_OF_ARCHIVE]));
      return [path];
    },
    says: /index.json of .* is there twice/,
  },
};
