/*
 * The documents of a converted image: those of the image that it comes from, in OCI's media types, with the new blobs in
 * them. Members that we do not know stay.
 */
import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../model/annotations.ts';
import { type DiffId, parseDigest } from '../model/digest.ts';
import { TOC_DIGEST_ANNOTATION, UNCOMPRESSED_SIZE_ANNOTATION } from '../model/estargz.ts';
import { ENGINE_ANNOTATION } from '../model/gzip-engine.ts';
import type { JsonObject } from '../model/json.ts';
import type { LayerBlob, LayerFormat } from '../model/layer.ts';
import { type Descriptor, describeJson, type JsonBlob, jsonBlob } from './descriptor.ts';
import { CONFIG_MEDIA_TYPE, INDEX_MEDIA_TYPE, layerMediaType, MANIFEST_MEDIA_TYPE } from './media-types.ts';
import type { ReadDescriptor, ReadImageIndex, ReadManifest } from './schemas.ts';

/** Annotations of a layer that say something of the old blob. */
const BLOB_ANNOTATION =
  /^(?:containerd\.io\/(?:snapshot\/stargz\/|uncompressed$|distribution\.source\.)|io\.(?:github\.)?containers\.(?:zstd-chunked|estargz)\.|org\.layah\.deflate$)/;

/** A layer that was written anew: only what does not describe the old blob is taken over. */
export function convertedLayer(source: ReadDescriptor, blob: LayerBlob): ConvertedDescriptor {
  const { data: _, urls: __, ...rest } = source;
  const annotations = {
    ...keptAnnotations(source),
    ...(blob.tocDigest !== undefined && {
      [TOC_DIGEST_ANNOTATION]: blob.tocDigest,
      [UNCOMPRESSED_SIZE_ANNOTATION]: String(blob.uncompressedSizeBytes),
    }),
    ...(blob.deflatedBy !== undefined && { [ENGINE_ANNOTATION]: blob.deflatedBy }),
  };
  return descriptorWith(rest, {
    mediaType: layerMediaType(blob.format),
    digest: blob.digest,
    size: blob.sizeBytes,
    annotations,
  });
}

/** A layer whose blob stays. What is uncompressed has no table of contents. */
export function keptLayer(source: ReadDescriptor, format: LayerFormat): ConvertedDescriptor {
  const { digest, size } = source;
  const blob = { mediaType: layerMediaType(format), digest, size };
  return descriptorWith(source, format === 'none' ? { ...blob, annotations: keptAnnotations(source) } : blob);
}

/** The tar that is in a layer, under its diff ID. The annotations of the layer still say what it was. */
export function unpackedLayer(source: ReadDescriptor, diffId: DiffId, size: number): ConvertedDescriptor {
  const { data: _, urls: __, ...rest } = source;
  return descriptorWith(rest, { mediaType: layerMediaType('none'), digest: parseDigest(diffId), size });
}

function keptAnnotations(source: ReadDescriptor): Record<string, string> {
  const kept = Object.entries(source.annotations ?? {}).filter(([key]) => !BLOB_ANNOTATION.test(key));
  return Object.fromEntries(kept);
}

/** The image config with other diff IDs; the very bytes when they are the same. */
export function convertedConfig(bytes: Uint8Array, diffIds: readonly DiffId[]): JsonBlob {
  const document: ConfigDocument = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const isSame = document.rootfs.diff_ids.every((diffId, index) => diffId === diffIds[index]);
  if (isSame) return describeJson(CONFIG_MEDIA_TYPE, bytes);
  return jsonBlob(CONFIG_MEDIA_TYPE, { ...document, rootfs: { ...document.rootfs, diff_ids: diffIds } });
}

/** What `parseImageConfig` has made sure of. */
interface ConfigDocument extends JsonObject {
  readonly rootfs: JsonObject & { readonly diff_ids: readonly string[] };
}

export function convertedManifest(
  source: ReadManifest,
  { config, layers }: { readonly config: Descriptor; readonly layers: readonly ConvertedDescriptor[] },
): JsonBlob {
  return jsonBlob(MANIFEST_MEDIA_TYPE, {
    ...source,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: descriptorWith(source.config, config),
    layers,
  });
}

/** An index of converted images. The name of the image goes to the one descriptor that leads to the index. */
export function convertedIndex(
  source: ReadImageIndex,
  manifests: readonly (readonly [ReadDescriptor, Descriptor])[],
): JsonBlob {
  return jsonBlob(INDEX_MEDIA_TYPE, {
    ...source,
    mediaType: INDEX_MEDIA_TYPE,
    manifests: manifests.map(([old, { mediaType, digest, size }]) =>
      descriptorWith(old, { mediaType, digest, size, annotations: withoutNames(old.annotations ?? {}) }),
    ),
  });
}

/** What a descriptor says of the name of its image. */
export function imageNames(source: ReadDescriptor | undefined): Record<string, string> | undefined {
  const named = NAME_ANNOTATIONS.flatMap((key) => {
    const name = source?.annotations?.[key];
    return name === undefined ? [] : [[key, name] as const];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

const NAME_ANNOTATIONS = [CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION];

function withoutNames(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { [REF_NAME_ANNOTATION]: _, [CONTAINERD_NAME_ANNOTATION]: __, ...rest } = annotations;
  return rest;
}

/** What we say of a blob or a document; further members of the old descriptor may stand beside it. */
export type ConvertedDescriptor = Pick<Descriptor, 'mediaType' | 'digest' | 'size' | 'annotations'>;

/** The members of the old descriptor in their order, with what is new in their places. */
function descriptorWith(source: ReadDescriptor, changed: ConvertedDescriptor): ConvertedDescriptor {
  const { data: _, annotations: old, ...rest } = source;
  const { mediaType, digest, size, annotations = old ?? {} } = changed;
  const hasAnnotations = Object.keys(annotations).length > 0;
  return { ...rest, mediaType, digest, size, ...(hasAnnotations && { annotations }) };
}
