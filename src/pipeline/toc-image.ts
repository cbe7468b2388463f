import type { Descriptor, JsonBlob } from '../oci/descriptor.ts';
import { buildTocManifest, type LayerToc } from '../oci/toc-manifest.ts';
import type { ImageSink } from '../output/image-sink.ts';

export interface TocImageInput {
  /** Their blobs are written already. */
  readonly tocs: readonly LayerToc[];
  /** The image, or the index of its platforms. */
  readonly subject: Descriptor;
}

/**
 * Writes the image that holds the external TOCs of another one.
 * @returns its manifest, for the index and for `finish`; undefined when no layer has an external TOC.
 */
export async function writeTocImage(
  sink: ImageSink,
  { tocs, subject }: TocImageInput,
): Promise<JsonBlob | undefined> {
  if (tocs.length === 0) return undefined;
  const { config, manifest } = buildTocManifest({ tocs, subject });
  const { digest, size } = config.descriptor;
  await sink.writeBlob({ digest, sizeBytes: size, content: () => [config.bytes] });
  await sink.writeManifest(manifest);
  return manifest;
}
