import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../model/annotations.ts';
import type { Platform } from '../model/image-config.ts';
import { TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import { containerdImageName, parseImageReference, tocImageName } from '../model/image-reference.ts';
import { type Descriptor, type JsonBlob, jsonBlob } from './descriptor.ts';
import { INDEX_MEDIA_TYPE } from './media-types.ts';

export interface ImageIndexInput {
  /** Of an image, or of an index of one for several platforms. */
  readonly manifest: Descriptor;
  readonly platform: Platform | undefined;
  /** As the user wrote it. */
  readonly tag: string | undefined;
  /** In place of those that say the tag. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** The manifest of its TOC image, where the TOCs of its layers are external; needs a name. */
  readonly tocManifest?: Descriptor | undefined;
}

/** The file `oci-layout` (image-spec, image-layout.md). */
export const OCI_LAYOUT_CONTENT = '{"imageLayoutVersion":"1.0.0"}';

/** The file `index.json` (image-spec, image-layout.md) of a layout with one image, and perhaps its TOC image. */
export function buildImageIndex(input: ImageIndexInput): JsonBlob {
  const { mediaType, digest, size } = input.manifest;
  const annotations = input.tag === undefined ? input.annotations : tagAnnotations(input.tag);
  return jsonBlob(INDEX_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: INDEX_MEDIA_TYPE,
    manifests: [
      {
        mediaType,
        digest,
        size,
        ...(annotations !== undefined && { annotations }),
        ...(input.platform !== undefined && { platform: orderedPlatform(input.platform) }),
      },
      ...tocImages(input),
    ],
  });
}

function orderedPlatform({ architecture, os, variant }: Platform): Platform {
  return { architecture, os, ...(variant !== undefined && { variant }) };
}

/** An entry of its own: snapshotters look it up by its name. */
function tocImages({ tag, annotations = {}, tocManifest }: ImageIndexInput): Descriptor[] {
  if (tocManifest === undefined) return [];
  const { mediaType, digest, size } = tocManifest;
  // What others wrote may be a tag alone.
  const inherited = Object.entries(annotations).map(([key, name]) => [
    key,
    name.includes('/') ? tocImageName(name) : `${name}${TOC_IMAGE_SUFFIX}`,
  ]);
  const names = tag === undefined ? Object.fromEntries(inherited) : tagAnnotations(tocImageName(tag));
  return [{ mediaType, digest, size, annotations: names }];
}

/**
 * `ref.name` is the tag as written: `podman load` puts `localhost/` before a short name, as `podman build -t` does.
 * containerd's name is for full names only, because it would turn the short one into docker.io/library/ in podman.
 */
function tagAnnotations(tag: string): Record<string, string> {
  const reference = parseImageReference(tag);
  const name = typeof reference === 'string' ? undefined : containerdImageName(reference);
  return {
    ...(name !== undefined && { [CONTAINERD_NAME_ANNOTATION]: name }),
    [REF_NAME_ANNOTATION]: tag,
  };
}
