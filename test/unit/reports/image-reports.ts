import { parseDiffId, parseDigest } from '../../../src/model/digest.ts';
import type { ImageReport, LayerReport } from '../../../src/model/image-report.ts';

export const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);

export const LAYER: LayerReport = {
  digest: DIGEST,
  diffId: parseDiffId(DIGEST),
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  components: [{ name: 'dpkg/bash', fileCount: 76, sizeBytes: 7 << 20 }],
  fileCount: 76,
  sizeBytes: 7 << 20,
  compressedBytes: 3 << 20,
  tarBytes: undefined,
  storage: {
    kind: 'estargz',
    tocEntryCount: 100,
    chunkCount: 80,
    memberCount: 60,
    landmark: 'prefetch',
    tocIsExternal: true,
  },
  weeklyUpdateProbability: undefined,
};

export const PLAIN: LayerReport = {
  ...LAYER,
  components: [],
  storage: { kind: 'plain' },
  sizeBytes: 10,
  compressedBytes: 1 << 20,
  fileCount: 1,
};

/** Of an image with an eStargz layer and a plain one. */
export const IMAGE_REPORT: ImageReport = {
  location: 'app.ociarchive',
  manifestDigest: DIGEST,
  configDigest: DIGEST,
  platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  config: {
    created: '2026-01-01T00:00:00Z',
    user: undefined,
    workingDirectory: undefined,
    entrypoint: [],
    command: ['/bin/sh', '-c', 'true\n'],
    environment: ['A=1', 'B=\u001b[31m'],
    exposedPorts: [],
    volumes: [],
    labels: { maintainer: 'me' },
  },
  totals: {
    layerCount: 2,
    componentCount: 1,
    fileCount: 77,
    sizeBytes: 7340042,
    compressedBytes: 4 << 20,
    tarBytes: undefined,
  },
  layers: [LAYER, PLAIN],
  componentsFrom: 'annotations',
  components: [
    {
      name: 'dpkg/bash',
      fileCount: 76,
      sizeBytes: 7 << 20,
      layers: [0],
      weeklyUpdateProbability: undefined,
      version: undefined,
    },
  ],
  largestFiles: [],
  duplicates: { contentCount: 0, wastedBytes: 0, worst: [] },
  overridden: { fileCount: 0, sizeBytes: 0, largest: [] },
  files: undefined,
};
