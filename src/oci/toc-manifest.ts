import { TOC_LAYER_DIGEST_ANNOTATION } from '../model/estargz.ts';
import type { Digest } from '../model/digest.ts';
import { type Descriptor, type JsonBlob, jsonBlob } from './descriptor.ts';
import { CONFIG_MEDIA_TYPE, layerMediaType, MANIFEST_MEDIA_TYPE } from './media-types.ts';

/** The TOC blob of a layer, and the layer. */
export interface LayerToc {
  readonly layer: Digest;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface TocManifestInput {
  /** Of all layers, whatever their platform; a layer that several images share may come more than once. */
  readonly tocs: readonly LayerToc[];
  /** The image, or the index of its platforms: the two belong together (image-spec, manifest.md, `subject`). */
  readonly subject: Descriptor;
}

export interface TocManifest {
  /** Only there because a manifest needs one. */
  readonly config: JsonBlob;
  readonly manifest: JsonBlob;
}

/** The manifest of a TOC image (stargz-snapshotter, nativeconverter/estargz/externaltoc/converter.go), with a subject. */
export function buildTocManifest({ tocs, subject }: TocManifestInput): TocManifest {
  const config = jsonBlob(CONFIG_MEDIA_TYPE, {});
  const { mediaType, digest, size } = subject;
  const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: config.descriptor,
    layers: descriptors(tocs),
    subject: { mediaType, digest, size },
  });
  return { config, manifest };
}

/** Sorted by digest, so that the order of platforms does not matter. */
function descriptors(tocs: readonly LayerToc[]): Descriptor[] {
  const byLayer = new Map(tocs.map((toc) => [toc.layer, toc]));
  const sorted = [...byLayer.values()].sort(
    (a, b) => compare(a.digest, b.digest) || compare(a.layer, b.layer),
  );
  return sorted.map(({ layer, digest, sizeBytes }) => ({
    mediaType: layerMediaType('estargz'),
    digest,
    size: sizeBytes,
    annotations: { [TOC_LAYER_DIGEST_ANNOTATION]: layer },
  }));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
