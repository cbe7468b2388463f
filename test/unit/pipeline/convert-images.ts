/* Images to convert, and what becomes of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mergeTree, type TreeInode } from '../../../src/images/merge-tree.ts';
import { openImage } from '../../../src/images/open-image.ts';
import { selectManifest } from '../../../src/images/select-manifest.ts';
import { createReadBudget } from '../../../src/images/read-budget.ts';
import { createTocImages } from '../../../src/images/toc-images.ts';
import { verifyLayer } from '../../../src/images/verify-layer.ts';
import { readDocument } from '../../../src/images/read-document.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { ConvertOptions, ImageLocation } from '../../../src/model/options.ts';
import { type Reporter, silentReporter } from '../../../src/model/reporter.ts';
import type { RootfsPath } from '../../../src/model/rootfs-path.ts';
import { parseImageConfig, parseManifest } from '../../../src/oci/schemas.ts';
import { runConvert } from '../../../src/pipeline/convert.ts';
import type { ConvertSummary } from '../../../src/pipeline/run.ts';
import type { BuiltLayer } from '../images/layer-builder.ts';
import { describeBytes, type LayoutFiles, OCI, sha256, writeDirectory } from '../images/layouts.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from '../images/tar-blocks.ts';
import { type ImagePlan, imageFiles } from './verify-images.ts';

const signal = new AbortController().signal;

/** A layer of any tar. */
export function layerOf(tar: Buffer, compression: 'gzip' | 'none' = 'gzip'): BuiltLayer {
  const blob = compression === 'gzip' ? gzipSync(tar) : tar;
  const mediaType = compression === 'gzip' ? OCI.gzipLayer : OCI.layer;
  return { blob, descriptor: describeBytes(mediaType, blob), diffId: sha256(tar), toc: Buffer.alloc(0) };
}

export async function inTemporaryDirectory<Result>(
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'layah-convert-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export interface Conversion extends ConvertSummary {
  readonly warnings: readonly string[];
}

export async function convertAt(
  options: Pick<ConvertOptions, 'source' | 'output'> & Partial<ConvertOptions>,
  told: Reporter = silentReporter,
): Promise<Conversion> {
  const warnings: string[] = [];
  const reporter: Reporter = { ...told, warn: (message) => warnings.push(message) };
  const defaults = {
    sourceTag: undefined,
    tag: undefined,
    platforms: [],
    enforcesLevel: false,
    keepDiffId: false,
    record: undefined,
    format: 'estargz',
    engine: { name: 'zlib', level: undefined, libdeflatePath: undefined } as const,
    chunkSizeBytes: 4096,
    minChunkSizeBytes: 0,
    externalToc: false,
    threads: 1,
  } as const;
  const context = { reporter, signal, stdout: process.stdout };
  return { ...(await runConvert({ ...defaults, ...options }, context)), warnings };
}

export interface ReadImage {
  readonly manifest: ReturnType<typeof parseManifest>;
  readonly config: ReturnType<typeof parseImageConfig>;
  readonly inodes: ReadonlyMap<RootfsPath, TreeInode>;
  readonly findings: readonly Finding['message'][];
}

/** An image with the tree that its layers make together. */
export async function readImage(location: ImageLocation, tag?: string): Promise<ReadImage> {
  const store = await openImage(location);
  const findings: string[] = [];
  const report = (code: string, message: string) => findings.push(`${code}: ${message}`);
  try {
    const descriptor = await selectManifest(store, tag);
    const manifest = parseManifest(await readDocument(store, descriptor), 'manifest');
    const tocImages = createTocImages(store, descriptor);
    const config = parseImageConfig(await readDocument(store, manifest.config), 'config');
    const budget = createReadBudget({
      compressedBytes: 0,
      maxInflatedBytes: undefined,
      maxEntries: undefined,
    });
    const layers = [];
    for (const [index, layer] of manifest.layers.entries()) {
      const diffId = config.rootfs.diff_ids[index];
      layers.push(await verifyLayer({ store, descriptor: layer, diffId, tocImages, budget, signal, report }));
    }
    const { inodes } = mergeTree(layers.map(({ entries }) => entries));
    return { manifest, config, inodes, findings };
  } finally {
    await store.close();
  }
}

export const file = (name: string, content = '', fields = {}): Buffer =>
  Buffer.concat([tarBlock({ name, size: content.length, ...fields }), padded(Buffer.from(content))]);
export const directory = (name: string): Buffer => tarBlock({ name, type: '5', mode: 0o755 });
export const hardlink = (name: string, link: string): Buffer => tarBlock({ name, link, type: '1' });

export const TAR = Buffer.concat([
  tarBlock({ name: './', type: '5', mode: 0o750 }),
  directory('./usr/'),
  extension('x', paxBody([['mtime', '1000000000.25']])),
  file('./usr/small', 'small', { uid: 3, edit: (block: Buffer) => block.write('daemon', 265) }),
  file('./usr/large', 'x'.repeat(10_000)),
  hardlink('./usr/link', './usr/small'),
  file('./usr/empty'),
  END_OF_ARCHIVE,
]);
export const UPPER_TAR = Buffer.concat([
  directory('usr/'),
  file('usr/.wh.small'),
  file('usr/.wh..wh..opq'),
  file('new', 'n'),
]);

/** Converts a layout of these files to `out/` in a directory that is gone afterwards. */
export async function converting<Result>(
  files: LayoutFiles,
  use: (
    source: ImageLocation,
    output: { kind: 'oci-directory'; path: string; replace: false },
  ) => Promise<Result>,
): Promise<Result> {
  return inTemporaryDirectory(async (path) => {
    const source = { kind: 'oci-directory', path: writeDirectory(join(path, 'in'), files) } as const;
    return use(source, { kind: 'oci-directory', path: join(path, 'out'), replace: false });
  });
}

export const image = (...layers: ImagePlan['layers']): LayoutFiles => imageFiles({ layers });
