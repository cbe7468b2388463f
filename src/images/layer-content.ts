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

/**
 * What a layer is, by its first block. No tar begins with any of these magics: a name or a zero block does.
 * @param promised by the media type: what is neither gzip nor a tar is damaged gzip if gzip was promised.
 */
export function compressionOfContent(
  start: Buffer,
  promised: LayerCompression | undefined,
): LayerCompression {
  const magic = start.subarray(0, ZSTD_MAGIC.length);
  if (magic.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return 'gzip';
  if (magic.equals(ZSTD_MAGIC) || magic.equals(ZSTD_SKIPPABLE_MAGIC)) return 'zstd';
  return promised === 'gzip' && start.length > 0 && !isTarStart(start) ? 'gzip' : 'none';
}

function isTarStart(block: Buffer): boolean {
  return block.toString('latin1', 257, 262) === 'ustar' || block.every((byte) => byte === 0);
}
