import type { Platform } from '../model/image-config.ts';
import type { LayerBlob } from '../model/layer.ts';
import { type JsonBlob, jsonBlob } from './descriptor.ts';
import { CONFIG_MEDIA_TYPE, layerMediaType, MANIFEST_MEDIA_TYPE } from './media-types.ts';

export interface RecordImage {
  readonly config: JsonBlob;
  readonly manifest: JsonBlob;
}

/**
 * An image that carries a record to a registry: one layer whose only entry is the record. Proposed for
 * stargz-snapshotter (pull request 642), whose readers look at the layer alone.
 */
export function buildRecordImage(layer: LayerBlob, platform: Platform): RecordImage {
  const config = jsonBlob(CONFIG_MEDIA_TYPE, {
    architecture: platform.architecture,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    os: platform.os,
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
  });
  const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: config.descriptor,
    layers: [{ mediaType: layerMediaType(layer.format), digest: layer.digest, size: layer.sizeBytes }],
  });
  return { config, manifest };
}
