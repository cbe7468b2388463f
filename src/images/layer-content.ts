/* What a layer's media type promises and what its first bytes are. */

export type LayerCompression = 'gzip' | 'zstd' | 'none';

const LAYER_MEDIA_TYPE =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](gzip|zstd))?$/;

/** @returns undefined when it is not the media type of a layer, in OCI's or Docker's words. */
export function compressionOfMediaType(mediaType: string): LayerCompression | undefined {
  const match = LAYER_MEDIA_TYPE.exec(mediaType);
  if (match === null) return undefined;
  return match[1] === 'gzip' || match[1] === 'zstd' ? match[1] : 'none';
}

const GZIP_MAGIC = Buffer.from('1f8b', 'hex');
const ZSTD_MAGIC = Buffer.from('28b52ffd', 'hex');
/** zstd:chunked may begin with a skippable frame. */
const ZSTD_SKIPPABLE_MAGIC = Buffer.from('502a4d18', 'hex');

/** How many bytes `compressionOfContent` looks at. */
export const MAGIC_BYTES = 4;

/** No tar begins with any of these bytes: a name or a zero block does. */
export function compressionOfContent(start: Buffer): LayerCompression {
  if (start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return 'gzip';
  if (start.equals(ZSTD_MAGIC) || start.equals(ZSTD_SKIPPABLE_MAGIC)) return 'zstd';
  return 'none';
}
