import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { chooseEngine } from '../../../src/layers/engines/choose-engine.ts';
import type { LayerSettings } from '../../../src/layers/settings.ts';
import { createLayerWriter } from '../../../src/layers/write-layers.ts';
import type { WrittenLayer } from '../../../src/layers/written-layer.ts';
import type { LayerEntry } from '../../../src/model/entry.ts';
import type { Toc } from '../../../src/model/estargz.ts';
import type { LayerBlob, LayerContents, LayerFormat, TocBlob } from '../../../src/model/layer.ts';

export const CHUNK_BYTES = 64 * 1024;

export interface Written {
  readonly blob: LayerBlob;
  readonly tocBlob: TocBlob | undefined;
  readonly bytes: Buffer;
}

export const SETTINGS: LayerSettings = {
  prefix: undefined,
  chunkSizeBytes: CHUNK_BYTES,
  minChunkSizeBytes: 0,
  engine: await chooseEngine({ name: 'zlib', level: undefined, libdeflatePath: undefined }),
  externalToc: false,
  threads: 1,
  temporaryDirectory: tmpdir(),
  signal: new AbortController().signal,
  onContentBytes: () => {},
};

export async function* writeLayers(
  layers: readonly LayerContents[],
  settings: LayerSettings,
): AsyncGenerator<WrittenLayer> {
  const writer = await createLayerWriter(settings);
  try {
    yield* writer.writeAll(layers);
  } finally {
    await writer.close();
  }
}

export async function write(
  layers: readonly LayerContents[],
  settings: Partial<LayerSettings>,
): Promise<Written[]> {
  const written: Written[] = [];
  for await (const { read, ...layer } of writeLayers(layers, { ...SETTINGS, ...settings })) {
    written.push({ ...layer, bytes: joined(read()) });
  }
  return written;
}

/** Copied piece by piece: the next one overwrites it. */
export function joined(pieces: Iterable<Uint8Array>): Buffer {
  return Buffer.concat(Array.from(pieces, (piece) => Uint8Array.from(piece)));
}

export async function writeOne(layer: LayerContents, settings: Partial<LayerSettings>): Promise<Written> {
  const [only] = await write([layer], settings);
  if (only === undefined) throw new Error('no layer was written');
  return only;
}

/** A layer from the root filesystem, without files to prefetch. */
export function contents(format: LayerFormat, entries: readonly LayerEntry[]): LayerContents {
  return { format, entries, source: { kind: 'rootfs' }, prefetchedEntryCount: 0 };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function readToc(bytes: Buffer): { toc: Toc; json: Buffer; tocOffset: number } {
  const tocOffset = parseInt(bytes.toString('latin1', bytes.length - 35, bytes.length - 19), 16);
  return { ...readTocMember(bytes.subarray(tocOffset, bytes.length - 51)), tocOffset };
}

export function readTocMember(member: Uint8Array): { toc: Toc; json: Buffer } {
  const tar = gunzipSync(member);
  const size = parseInt(tar.toString('latin1', 124, 135), 8);
  const json = tar.subarray(512, 512 + size);
  return { toc: JSON.parse(json.toString('utf8')), json };
}
