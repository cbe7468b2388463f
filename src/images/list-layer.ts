/*
 * What a layer holds, without keeping its content: from its TOC where it has one, else from its tar as it streams by.
 */
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, isDigest } from '../model/digest.ts';
import { PREFETCH_LANDMARK, RESERVED_ROOT_NAMES, UNCOMPRESSED_SIZE_ANNOTATION } from '../model/estargz.ts';
import type { LayerStorage } from '../model/image-report.ts';
import { TAR_BLOCK_BYTES } from '../model/tar-format.ts';
import { type BlobInput, layerFailure, countBytes, openChecked } from './checked-blob.ts';
import { decompressor } from './decompress.ts';
import { isLandmark } from './landmark-check.ts';
import { compressionOfContent, compressionOfMediaType, type LayerCompression } from './layer-content.ts';
import { type EntryObserver, type LayerTarEntry, observeEntries } from './layer-entries.ts';
import { type LocatedToc, locateToc } from './locate-toc.ts';
import type { ReadBudget } from './read-budget.ts';
import { createTarReader } from './tar-reader.ts';
import { type TocChunk, tocFiles } from './toc-files.ts';
import { tocHeader } from './toc-header.ts';
import type { TocImages } from './toc-images.ts';

/** An entry of a layer, whiteouts included, as its TOC or its tar has it. */
export interface ListedEntry extends LayerTarEntry {
  /** Where its content is; empty where the layer has no TOC. */
  readonly chunks: readonly TocChunk[];
}

export interface ListedLayer {
  readonly storage: LayerStorage;
  /** In the order of the layer, without landmark and TOC. */
  readonly entries: readonly ListedEntry[];
  /** Where gzip members with chunks begin, ascending, and where the last one ends; empty where the layer has no TOC. */
  readonly memberOffsets: readonly number[];
  /** Of the tar; undefined when only the TOC was read and nothing says so. */
  readonly tarBytes: number | undefined;
}

export interface ListingInput extends BlobInput {
  readonly tocImages: TocImages;
  readonly budget: ReadBudget;
  /** Looks at the entries of layers that have no TOC as they pass. */
  readonly observers: readonly EntryObserver[];
  /** Why a TOC cannot be used, or is not what it should be; the layer is then read as a whole, or as far as it goes. */
  readonly warn: (problem: string) => void;
  /** Bytes of the blob that have been dealt with. */
  readonly onBytes: (count: number) => void;
}

/** @throws LayahError `bad-image` naming the layer when it is damaged or no tar. */
export async function listLayer(input: ListingInput): Promise<ListedLayer> {
  const { descriptor, onBytes } = input;
  try {
    const located = await findToc(input);
    if (located === undefined) return await listStreamed(input);
    onBytes(descriptor.size);
    return listToc(located, input);
  } catch (thrown) {
    throw layerFailure(descriptor, thrown);
  }
}

async function findToc({
  store,
  descriptor,
  tocImages,
  warn,
}: ListingInput): Promise<LocatedToc | undefined> {
  const { digest, size: sizeBytes, mediaType } = descriptor;
  if (compressionOfMediaType(mediaType) !== 'gzip') return undefined;
  const annotations = descriptor.annotations ?? {};
  const problems: string[] = [];
  const state = await locateToc({ store, digest, sizeBytes, annotations, tocImages }, (code, problem) => {
    // A missing annotation makes a layer slower to pull, but its TOC is there.
    if (code !== 'annotation') problems.push(problem);
  });
  const [problem] = problems;
  if (problem !== undefined) warn(`the layer ${digest}: ${problem}`);
  return state.kind === 'located' && problem === undefined ? state : undefined;
}

function listToc(located: LocatedToc, { descriptor, budget, warn }: ListingInput): ListedLayer {
  const problems: string[] = [];
  const files = tocFiles(located.toc, located.tocOffset, (_, problem) => problems.push(problem));
  if (problems[0] !== undefined) warn(`the layer ${descriptor.digest}: ${problems[0]}`);
  const entries = files.flatMap(({ entry, chunks }): ListedEntry[] => {
    const header = tocHeader(entry);
    if (header === undefined) return [];
    budget.countEntry(header);
    const digest = header.kind === 'file' ? digestOf(entry.digest) : undefined;
    return [{ header, digest, chunks }];
  });
  const content = entries.filter(({ header }) => !RESERVED_ROOT_NAMES.includes(header.path));
  const chunkOffsets = offsetsOf(content);
  return {
    storage: {
      kind: 'estargz',
      tocEntryCount: located.toc.entries.length,
      chunkCount: chunkOffsets.length,
      memberCount: new Set(chunkOffsets).size,
      landmark: landmarkOf(entries),
      tocIsExternal: located.isExternal,
    },
    entries: content,
    memberOffsets: [...new Set([...offsetsOf(entries), located.tocOffset])].sort(
      (left, right) => left - right,
    ),
    tarBytes: statedSize(descriptor.annotations?.[UNCOMPRESSED_SIZE_ANNOTATION]),
  };
}

/** One a chunk. */
function offsetsOf(entries: readonly ListedEntry[]): number[] {
  return entries.flatMap(({ chunks }) => chunks.map(({ memberOffset }) => memberOffset));
}

function digestOf(text: string | undefined): Digest | undefined {
  return text !== undefined && isDigest(text) ? text : undefined;
}

function landmarkOf(entries: readonly ListedEntry[]): 'prefetch' | 'no-prefetch' | 'none' {
  const landmark = entries.find(({ header }) => isLandmark(header));
  if (landmark === undefined) return 'none';
  return landmark.header.path === PREFETCH_LANDMARK ? 'prefetch' : 'no-prefetch';
}

function statedSize(text = ''): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function listStreamed(input: ListingInput): Promise<ListedLayer> {
  const { store, descriptor, budget, observers, signal, onBytes } = input;
  const start = await store.readRange(descriptor.digest, 0, TAR_BLOCK_BYTES);
  const compression = compressionOfContent(start, compressionOfMediaType(descriptor.mediaType));
  const entries: ListedEntry[] = [];
  const collect: EntryObserver = { end: (entry) => void entries.push({ ...entry, chunks: [] }) };
  const tar = createTarReader(observeEntries(budget, [...observers, collect]));
  let tarBytes = 0;
  const read = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      budget.countInflated(chunk.length);
      tarBytes += chunk.length;
      tar.push(chunk);
    }
    tar.finish();
  };
  const blob = countBytes(await openChecked(input), onBytes);
  const unpack = decompressorOf(compression);
  if (unpack === undefined) await pipeline(blob, read, { signal });
  else await pipeline(blob, unpack, read, { signal });
  const kind = compression === 'none' ? 'plain' : compression;
  return { storage: { kind }, entries, memberOffsets: [], tarBytes };
}

function decompressorOf(compression: LayerCompression): Transform | undefined {
  return compression === 'none' ? undefined : decompressor(compression);
}
