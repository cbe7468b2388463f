import { digestHex, type Digest } from '../model/digest.ts';
import { parseImageReference } from '../model/image-reference.ts';

export interface DockerManifestInput {
  readonly config: Digest;
  /** Bottom layer first. */
  readonly layers: readonly Digest[];
  /** A valid image reference as the user wrote it. */
  readonly tag: string | undefined;
}

/**
 * The file `manifest.json`, as `docker save` has written it beside `index.json` since Docker 25 (moby, image/tarexport):
 * the same blobs for a Docker that keeps images in a graph driver and reads no OCI layout. Who reads OCI archives
 * takes no notice of it.
 */
export function buildDockerManifest({ config, layers, tag }: DockerManifestInput): Uint8Array {
  const image = {
    Config: blobPath(config),
    RepoTags: tag === undefined ? null : [taggedName(tag)],
    Layers: layers.map(blobPath),
  };
  return Buffer.from(JSON.stringify([image]), 'utf8');
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

/** Docker refuses a name without a tag here. */
function taggedName(text: string): string {
  const reference = parseImageReference(text);
  return typeof reference === 'string' || reference.tag !== undefined ? text : `${text}:latest`;
}
