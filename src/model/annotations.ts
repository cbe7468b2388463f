/** On each layer: the names of its components, see `encodeComponentNames`. */
export const COMPONENT_ANNOTATION = 'org.layah.component';

/** On each layer: what its components are known by, comma separated, in the order of their names. */
export const FINGERPRINT_ANNOTATION = 'org.layah.fingerprint';

/** On a descriptor in an index: the tag that `podman load` and `docker load` give the image. */
export const REF_NAME_ANNOTATION = 'org.opencontainers.image.ref.name';

/**
 * What containerd, and so Docker with the containerd image store, reads before `ref.name` (containerd,
 * pkg/images/annotations.go). podman and skopeo prefer it too when they load an archive.
 */
export const CONTAINERD_NAME_ANNOTATION = 'io.containerd.image.name';

/** Comma separated; a comma, a percent sign and anything but printable ASCII in a name is percent-encoded UTF-8. */
export function encodeComponentNames(names: readonly string[]): string {
  return names.map((name) => name.replace(/[^\x21-\x24\x26-\x2b\x2d-\x7e]/gu, percentEncode)).join(',');
}

export function decodeComponentNames(annotation: string): string[] {
  return annotation === '' ? [] : annotation.split(',').map((name) => decodeURIComponent(name));
}

function percentEncode(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
