import { unreachable } from '../model/errors.ts';
import type { LayerFormat } from '../model/layer.ts';

/* image-spec, media-types.md */
export const INDEX_MEDIA_TYPE = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST_MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG_MEDIA_TYPE = 'application/vnd.oci.image.config.v1+json';
/** As Docker calls it, too: the content is the same. */
export const CONFIG_MEDIA_TYPES: ReadonlySet<string> = new Set([
  CONFIG_MEDIA_TYPE,
  'application/vnd.docker.container.image.v1+json',
]);
const LAYER_MEDIA_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const GZIP_LAYER_MEDIA_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** eStargz is gzip to whoever does not look for its footer, and has no media type of its own. */
export function layerMediaType(format: LayerFormat): string {
  switch (format) {
    case 'estargz':
    case 'gzip':
      return GZIP_LAYER_MEDIA_TYPE;
    case 'none':
      return LAYER_MEDIA_TYPE;
    default:
      return unreachable(format);
  }
}
