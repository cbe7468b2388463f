const INDEX_MEDIA_TYPES = new Set<string>([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** Whether a document lists images, instead of being the manifest of one. */
export function isIndex({ mediaType }: { readonly mediaType: string }): boolean {
  return INDEX_MEDIA_TYPES.has(mediaType);
}
