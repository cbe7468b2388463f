import { COMPONENT_ANNOTATION, encodeComponentNames, FINGERPRINT_ANNOTATION } from '../model/annotations.ts';
import { ENGINE_ANNOTATION } from '../model/gzip-engine.ts';
import { TOC_DIGEST_ANNOTATION, UNCOMPRESSED_SIZE_ANNOTATION } from '../model/estargz.ts';
import type { LayerBlob } from '../model/layer.ts';
import { type Descriptor, type JsonBlob, jsonBlob } from './descriptor.ts';
import { layerMediaType, MANIFEST_MEDIA_TYPE } from './media-types.ts';
import { sortedJson } from './sorted-json.ts';

export interface ManifestLayer {
  readonly blob: LayerBlob;
  readonly componentNames: readonly string[];
  /** In the order of the names. */
  readonly fingerprints: readonly string[];
}

export interface ManifestInput {
  readonly config: Descriptor;
  /** Bottom layer first. */
  readonly layers: readonly ManifestLayer[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** The image manifest (image-spec, manifest.md). */
export function buildManifest(input: ManifestInput): JsonBlob {
  const annotated = Object.keys(input.annotations).length > 0;
  return jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: input.config,
    layers: input.layers.map((layer) => layerDescriptor(layer)),
    ...(annotated && { annotations: sortedJson(input.annotations) }),
  });
}

/** Snapshotters mount a layer lazily only when its descriptor says the digest of its TOC. */
function layerDescriptor(layer: ManifestLayer): Descriptor {
  const { blob, componentNames, fingerprints } = layer;
  return {
    mediaType: layerMediaType(blob.format),
    digest: blob.digest,
    size: blob.sizeBytes,
    annotations: {
      ...(blob.tocDigest !== undefined && {
        [TOC_DIGEST_ANNOTATION]: blob.tocDigest,
        [UNCOMPRESSED_SIZE_ANNOTATION]: String(blob.uncompressedSizeBytes),
      }),
      ...(blob.deflatedBy !== undefined && { [ENGINE_ANNOTATION]: blob.deflatedBy }),
      [COMPONENT_ANNOTATION]: encodeComponentNames(componentNames),
      [FINGERPRINT_ANNOTATION]: fingerprints.join(','),
    },
  };
}
