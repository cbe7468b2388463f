/*
 * What the TOC of a layer lists: the layer's entries and a landmark, which tells a snapshotter what to prefetch. Nothing,
 * says `.no.prefetch.landmark`: it comes after the end-of-archive blocks, where only readers of the TOC find it.
 * `.prefetch.landmark` is a boundary and has to stand among the entries, where a plain tar reader unpacks it.
 */
import type { FileEntry, LayerEntry } from '../../model/entry.ts';
import { LANDMARK_CONTENT, NO_PREFETCH_LANDMARK, PREFETCH_LANDMARK } from '../../model/estargz.ts';
import type { LayerContents } from '../../model/layer.ts';
import { contentRange, headerRange, literal, type Piece, type TarRange } from '../pieces.ts';
import { metadataFile } from './metadata-file.ts';

export interface ListedEntry {
  readonly entry: LayerEntry;
  /** Undefined when its headers are to be written anew. */
  readonly header: TarRange | undefined;
  /** Undefined where there is none. */
  readonly content: Piece | undefined;
  readonly isLandmark: boolean;
}

/** In the order of the tar. A tar that is kept to the byte has no room for a landmark. */
export function* listedEntries(layer: LayerContents): Generator<ListedEntry> {
  const { entries, source, prefetchedEntryCount } = layer;
  const hasLandmark = source.kind !== 'verbatim-tar';
  for (const [index, entry] of entries.entries()) {
    const header = headerRange(source, index);
    const content = hasContent(entry) ? contentRange(source, entry, index) : undefined;
    yield { entry, header, content, isLandmark: false };
    if (hasLandmark && index + 1 === prefetchedEntryCount) yield landmark(PREFETCH_LANDMARK);
  }
  if (hasLandmark && prefetchedEntryCount === 0) yield landmark(NO_PREFETCH_LANDMARK);
}

export function hasContent(entry: LayerEntry): entry is FileEntry {
  return entry.kind === 'file' && entry.sizeBytes > 0;
}

function landmark(name: string): ListedEntry {
  return {
    entry: metadataFile(name, 1),
    header: undefined,
    content: literal(Uint8Array.of(LANDMARK_CONTENT)),
    isLandmark: true,
  };
}
