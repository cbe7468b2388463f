/*
 * An image of a chunk store as the other commands see images: an OCI layout whose layers are plain tars, put together
 * from their chunks while they are read.
 */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { restoreLayer } from '../chunks/restore-layer.ts';
import type { ChunkStore } from '../chunks/store.ts';
import type { StoredImage, StoredLayer } from '../chunks/stored-image.ts';
import type { ImageStore } from '../images/image-store.ts';
import { REF_NAME_ANNOTATION } from '../model/annotations.ts';
import type { Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { convertedManifest, unpackedLayer } from '../oci/converted-image.ts';
import { describeJson, type JsonBlob } from '../oci/descriptor.ts';
import { buildImageIndex } from '../oci/image-index.ts';
import { CONFIG_MEDIA_TYPE } from '../oci/media-types.ts';
import { parseImageIndex, parseManifest } from '../oci/schemas.ts';

export function openStoredImage(store: ChunkStore, image: StoredImage): ImageStore {
  const location = `${image.name} of the chunk store ${store.directory}`;
  const config = describeJson(CONFIG_MEDIA_TYPE, Buffer.from(image.config));
  const manifest = unpackedManifest(image, config);
  const documents = new Map([config, manifest].map((blob) => [blob.descriptor.digest, blob.bytes]));
  const layers = new Map<string, StoredLayer>(image.layers.map((layer) => [layer.diffId, layer]));
  const layerOf = (digest: Digest): StoredLayer => {
    const layer = layers.get(digest);
    if (layer !== undefined) return layer;
    throw new LayahError({ code: 'bad-store', message: `${location} has no blob ${digest}` });
  };
  return {
    location,
    async readBlob(digest) {
      const bytes = documents.get(digest);
      return Readable.from(bytes === undefined ? restoreLayer(store, layerOf(digest)) : [Buffer.from(bytes)]);
    },
    async readRange(digest, offset, lengthBytes) {
      const bytes = documents.get(digest);
      if (bytes !== undefined) return Buffer.from(bytes.subarray(offset, offset + lengthBytes));
      return readFrom(restoreLayer(store, layerOf(digest)), offset, lengthBytes);
    },
    size: async (digest) => documents.get(digest)?.length ?? layers.get(digest)?.sizeBytes,
    readIndex: async () => parseImageIndex(indexOf(image, manifest), `the index of ${location}`),
    close: async () => {},
  };
}

/** Its own manifest, but for the layers and what Docker calls otherwise. */
function unpackedManifest(image: StoredImage, config: JsonBlob): JsonBlob {
  const where = `the manifest of ${image.name}`;
  const bytes = Buffer.from(image.manifest);
  if (`sha256:${hash('sha256', bytes, 'hex')}` !== image.manifestDigest) {
    throw new LayahError({
      code: 'bad-store',
      message: `${where} in the chunk store is damaged`,
      hint: 'Add the image again.',
    });
  }
  const manifest = parseManifest(bytes, where);
  const layers = manifest.layers.flatMap((source, position) => {
    const layer = image.layers[position];
    return layer === undefined ? [] : [unpackedLayer(source, layer.diffId, layer.sizeBytes)];
  });
  return convertedManifest(manifest, { config: config.descriptor, layers });
}

/** Who gave an image no name gets none. */
function indexOf({ name, source }: StoredImage, { descriptor }: JsonBlob): Uint8Array {
  const annotations = name === source ? undefined : { [REF_NAME_ANNOTATION]: name };
  return buildImageIndex({ manifest: descriptor, platform: undefined, tag: undefined, annotations }).bytes;
}

async function readFrom(pieces: AsyncIterable<Buffer>, offset: number, lengthBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let position = 0;
  for await (const piece of pieces) {
    parts.push(piece.subarray(Math.max(0, offset - position), Math.max(0, offset + lengthBytes - position)));
    position += piece.length;
    if (position >= offset + lengthBytes) break;
  }
  return Buffer.concat(parts);
}
