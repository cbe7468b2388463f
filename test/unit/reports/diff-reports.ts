import { parseDigest } from '../../../src/model/digest.ts';
import type { DiffComponent, DiffReport } from '../../../src/model/diff-report.ts';

const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);
const NO_FILES = { added: 0, removed: 0, changed: 0, touched: 0 };
const PLATFORM = { os: 'linux', architecture: 'amd64' };

function component(changes: Partial<DiffComponent> & Pick<DiffComponent, 'name' | 'fate'>): DiffComponent {
  return {
    oldVersion: undefined,
    newVersion: undefined,
    oldBytes: 1024,
    newBytes: 2048,
    downloadBytes: 0,
    files: NO_FILES,
    ...changes,
  };
}

/** Of an update with something of everything. */
export const DIFF_REPORT: DiffReport = {
  old: {
    location: 'old.ociarchive',
    manifestDigest: DIGEST,
    platform: PLATFORM,
    layerCount: 4,
    sizeBytes: 8 << 20,
    compressedBytes: 4 << 20,
  },
  new: {
    location: 'docker://quay.io/me/app:2',
    manifestDigest: DIGEST,
    platform: PLATFORM,
    layerCount: 5,
    sizeBytes: 9 << 20,
    compressedBytes: 5 << 20,
  },
  layers: [
    {
      fate: 'new',
      digest: DIGEST,
      index: 0,
      isRecompressed: true,
      sizeBytes: 1,
      compressedBytes: 1,
      tarBytes: 1,
      componentNames: [],
    },
  ],
  totals: {
    shared: { layerCount: 3, sizeBytes: 7 << 20, compressedBytes: 3 << 20, tarBytes: undefined },
    new: { layerCount: 2, sizeBytes: 2 << 20, compressedBytes: 2 << 20, tarBytes: undefined },
    gone: { layerCount: 1, sizeBytes: 1 << 20, compressedBytes: 1 << 20, tarBytes: undefined },
  },
  download: {
    layerCount: 2,
    layerBytes: 2 << 20,
    configBytes: 1024,
    blobBytes: (2 << 20) + 1024,
    share: 0.4,
  },
  chunks: {
    chunkCount: 1234,
    sharedChunkCount: 1000,
    newChunkBytes: 1 << 20,
    newMemberBytes: 1 << 19,
    otherLayerBytes: 1 << 18,
    downloadBytes: (1 << 19) + (1 << 18),
  },
  contentDefined: undefined,
  components: [
    component({ name: 'dpkg/added', fate: 'added', newVersion: '1.0', downloadBytes: 2048 }),
    component({ name: 'dpkg/gone', fate: 'removed', oldVersion: '0.9', newBytes: 0 }),
    component({
      name: 'dpkg/moved',
      fate: 'repacked',
      oldVersion: '3',
      newVersion: '3',
      downloadBytes: 4096,
    }),
    component({
      name: 'dpkg/up`d|ated',
      fate: 'updated',
      oldVersion: '1_0-1',
      newVersion: '1_0-2',
      downloadBytes: 1 << 20,
      files: { ...NO_FILES, changed: 3 },
    }),
    component({ name: 'layah/unclaimed', fate: 'updated', files: { ...NO_FILES, touched: 1 } }),
    component({ name: 'z/same', fate: 'unchanged' }),
  ],
  files: undefined,
};
