/*
 * Whether a layer can stay as it is: converting it would only compress the same members again.
 */
import { unreachable } from '../model/errors.ts';
import { TOC_DIGEST_ANNOTATION } from '../model/estargz.ts';
import type { LayerFormat } from '../model/layer.ts';
import { TAR_BLOCK_BYTES } from '../model/tar-format.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { compressionOfContent, compressionOfMediaType, type LayerCompression } from './layer-content.ts';
import { locateToc } from './locate-toc.ts';
import type { TocImages } from './toc-images.ts';
import { type TocFile, tocFiles } from './toc-files.ts';

/** How a layer is stored. */
export interface StoredLayer {
  readonly compression: LayerCompression;
  readonly estargz: StoredEstargz | undefined;
}

export interface StoredEstargz {
  /** Whether its footer, TOC and annotation agree; the chunks' digests are not looked at. */
  readonly isIntact: boolean;
  readonly files: readonly TocFile[];
}

/** A layer whose TOC is elsewhere does not stay: nobody would take the TOC along. */
const NONE: TocImages = { find: async () => undefined, problems: [] };

/** Looks at both ends of the blob. */
export async function inspectLayer(store: ImageStore, descriptor: ReadDescriptor): Promise<StoredLayer> {
  const { digest, size: sizeBytes } = descriptor;
  const annotations = descriptor.annotations ?? {};
  const start = await store.readRange(digest, 0, TAR_BLOCK_BYTES);
  const compression = compressionOfContent(start, compressionOfMediaType(descriptor.mediaType));
  if (compression !== 'gzip') {
    // Unpacked eStargz: what belongs to the format is still in it.
    const wasEstargz = annotations[TOC_DIGEST_ANNOTATION] !== undefined;
    return { compression, estargz: wasEstargz ? { isIntact: false, files: [] } : undefined };
  }
  const problems: string[] = [];
  const report = (code: string) => problems.push(code);
  const state = await locateToc({ store, digest, sizeBytes, annotations, tocImages: NONE }, report);
  if (state.kind === 'none') return { compression, estargz: undefined };
  if (state.kind === 'broken') return { compression, estargz: { isIntact: false, files: [] } };
  const files = tocFiles(state.toc, state.tocOffset, report);
  const isIntact = problems.length === 0 && annotations[TOC_DIGEST_ANNOTATION] !== undefined;
  return { compression, estargz: { isIntact, files } };
}

export interface WantedLayer {
  readonly format: LayerFormat;
  readonly chunkSizeBytes: number;
  /** The level, which nobody can see in a layer, matters. */
  readonly enforcesLevel: boolean;
  readonly externalToc: boolean;
  readonly minChunkSizeBytes: number;
}

export function isAsWanted({ compression, estargz }: StoredLayer, wanted: WantedLayer): boolean {
  const { format, chunkSizeBytes, minChunkSizeBytes, enforcesLevel, externalToc } = wanted;
  switch (format) {
    case 'none':
      return compression === 'none';
    case 'gzip':
      return compression === 'gzip' && estargz === undefined && !enforcesLevel;
    case 'estargz':
      return (
        estargz?.isIntact === true &&
        !enforcesLevel &&
        !externalToc &&
        minChunkSizeBytes === 0 &&
        estargz.files.every((file) => isChunkedBy(file, chunkSizeBytes))
      );
  }
  return unreachable(format);
}

/** Every chunk but the last has exactly that size, and a member of its own. */
function isChunkedBy({ chunks }: TocFile, chunkSizeBytes: number): boolean {
  return chunks.every(({ sizeBytes, innerOffset }, index) => {
    const isLast = index === chunks.length - 1;
    return innerOffset === 0 && (isLast ? sizeBytes <= chunkSizeBytes : sizeBytes === chunkSizeBytes);
  });
}
