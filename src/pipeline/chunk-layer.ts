/*
 * A layer of an image into chunks: images unpacks it and says what its bytes are, chunks cuts them.
 */
import type { IndexEntry, IndexHeader } from '../chunks/index-format.ts';
import type { LayerRecorder, RecordedLayer } from '../chunks/record-layer.ts';
import { compressionOfContent, compressionOfMediaType } from '../images/layer-content.ts';
import type { ImageStore } from '../images/image-store.ts';
import type { SelectedImage } from '../images/list-image.ts';
import { createReadBudget, type ReadBudget } from '../images/read-budget.ts';
import { createTarSplitter, type TarParts } from '../images/split-tar.ts';
import type { TarHeader } from '../images/tar-header.ts';
import { type TarTaker, unpackLayer } from '../images/unpack-layer.ts';
import type { Chunking } from '../model/chunk-options.ts';
import { LayahError } from '../model/errors.ts';
import type { ReadLimits } from '../model/options.ts';
import type { DiffId } from '../model/digest.ts';
import type { Reporter } from '../model/reporter.ts';
import { TAR_BLOCK_BYTES } from '../model/tar-format.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';

export interface LayerReading {
  readonly store: ImageStore;
  readonly limits: ReadLimits;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** How many more bytes of blobs were read. */
  readonly onBytes: (count: number) => void;
}

export interface LayerToRecord {
  readonly descriptor: ReadDescriptor;
  /** What the image config says of it. */
  readonly diffId: DiffId;
}

/** Bottom layer first, the same one again as often as the image has it. @throws LayahError `bad-image` */
export function layersToRecord({ descriptor, manifest, config }: SelectedImage): LayerToRecord[] {
  const diffIds = config.rootfs.diff_ids;
  return manifest.layers.map((layer, position) => {
    const diffId = diffIds[position];
    if (diffId !== undefined && diffIds.length === manifest.layers.length)
      return { descriptor: layer, diffId };
    throw new LayahError({
      code: 'bad-image',
      message: `${descriptor.digest} has ${manifest.layers.length} layers, its config names ${diffIds.length}`,
    });
  });
}

/** Reads a layer once, for one recorder or for several. @throws LayahError `bad-image` naming the layer. */
export async function recordLayer(
  reading: LayerReading,
  { descriptor, diffId }: LayerToRecord,
  recorders: readonly ChunkedLayer[],
): Promise<readonly RecordedLayer[]> {
  const { store, limits, reporter } = reading;
  const promised = compressionOfMediaType(descriptor.mediaType);
  if (promised === undefined) {
    throw new LayahError({
      code: 'bad-image',
      message: `${descriptor.digest} is no layer: it is ${descriptor.mediaType}`,
    });
  }
  const start = await store.readRange(descriptor.digest, 0, TAR_BLOCK_BYTES);
  const compression = compressionOfContent(start, promised);
  const { maxInflatedBytes, maxEntries } = limits;
  const budget = createReadBudget({ compressedBytes: descriptor.size, maxInflatedBytes, maxEntries });
  const onProblem = (problem: string): void =>
    reporter.warn(`the layer ${descriptor.digest} is stored as bytes from this place on: ${problem}`);
  const taker = takerFor(recorders, { budget, onProblem });
  return unpackLayer({ ...reading, descriptor, diffId, compression, budget }, taker);
}

/** A way to cut a layer, and who does it. */
export interface ChunkedLayer {
  readonly chunking: Chunking;
  readonly recorder: LayerRecorder;
}

export function indexHeader({ strategy, filesystem }: Chunking, diffId: string): IndexHeader {
  const size = strategy.name === 'file-boundary' ? {} : { chunkSizeBytes: strategy.chunkSizeBytes };
  return { version: 1, diffId, strategy: strategy.name, ...size, filesystem };
}

interface Taking {
  readonly budget: ReadBudget;
  readonly onProblem: (problem: string) => void;
}

function takerFor(
  layers: readonly ChunkedLayer[],
  { budget, onProblem }: Taking,
): TarTaker<readonly RecordedLayer[]> {
  const knowsFiles = ({ chunking }: ChunkedLayer): boolean =>
    chunking.filesystem || chunking.strategy.name === 'file-boundary';
  const ofFiles = layers.filter(knowsFiles).map(({ recorder }) => recorder);
  const ofBytes = layers.filter((layer) => !knowsFiles(layer)).map(({ recorder }) => recorder);
  const splitter = ofFiles.length === 0 ? undefined : createTarSplitter(partsFor(ofFiles), budget);
  return {
    push(piece) {
      splitter?.push(piece);
      for (const recorder of ofBytes) recorder.opaque(piece);
    },
    finish() {
      const problem = splitter?.finish();
      if (problem !== undefined) onProblem(problem);
      return layers.map(({ recorder }) => recorder.finish());
    },
  };
}

function partsFor(recorders: readonly LayerRecorder[]): TarParts {
  return {
    entry(header, raw) {
      const entry = indexEntry(header);
      for (const recorder of recorders) recorder.entry(entry, raw);
    },
    content(part, endsFile) {
      for (const recorder of recorders) recorder.content(part, endsFile);
    },
    raw(bytes) {
      for (const recorder of recorders) recorder.raw(bytes);
    },
    rest(part) {
      for (const recorder of recorders) recorder.opaque(part);
    },
  };
}

function indexEntry(header: TarHeader): IndexEntry {
  const { kind, name, linkName, mode, uid, gid, mtimeSeconds, sizeBytes, xattrs } = header;
  const isDevice = kind === 'character-device' || kind === 'block-device';
  return {
    ...textField('path', name),
    kind,
    mode,
    uid,
    gid,
    mtimeSeconds,
    ...(kind === 'file' && { sizeBytes }),
    ...(linkName !== '' && textField('link', linkName)),
    ...(isDevice && { device: [header.deviceMajor, header.deviceMinor] }),
    ...(xattrs.length > 0 && {
      xattrs: Object.fromEntries(
        xattrs.map((xattr) => [xattr.name, Buffer.from(xattr.value).toString('base64')]),
      ),
    }),
  };
}

/** Names are byte strings: mostly, but not always, UTF-8. */
function textField(name: 'path' | 'link', text: string): Partial<IndexEntry> {
  const bytes = Buffer.from(text, 'latin1');
  const decoded = bytes.toString('utf8');
  if (Buffer.from(decoded, 'utf8').equals(bytes)) return { [name]: decoded };
  return { [`${name}Base64`]: bytes.toString('base64') };
}
