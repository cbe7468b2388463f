/*
 * The images of a store: one file each, which says all that its layers do not.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, type DiffId, isDigest, parseDiffId } from '../model/digest.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { isCount, isRecord, type LayerTotals } from './index-format.ts';
import type { Session } from './session.ts';
import { type ChunkStore, listNames, removePath, storeReadFailed } from './store.ts';

export interface StoredLayer extends LayerTotals {
  readonly diffId: DiffId;
  /** The name of its index. */
  readonly index: string;
}

export interface StoredImage {
  readonly name: string;
  /** What the user called it when it was added. */
  readonly source: string;
  /** How it was cut, for people. */
  readonly chunking: string;
  readonly manifestDigest: Digest;
  readonly manifestMediaType: string;
  /** JSON as it was, to the byte. */
  readonly manifest: string;
  readonly config: string;
  /** Bottom layer first. */
  readonly layers: readonly StoredLayer[];
}

/** An image without its documents, which are many times larger than the rest. */
export type ListedImage = Omit<StoredImage, 'manifest' | 'config'>;

/** Puts an image into the store, in place of another of that name. @throws LayahError `write-failed` */
export function publishImage(session: Pick<Session, 'store' | 'publish'>, image: StoredImage): void {
  session.publish(imagePath(session.store, image.name), `${JSON.stringify({ version: 1, ...image })}\n`);
}

/** @returns undefined when there is none of that name. @throws LayahError `bad-store` when it cannot be read. */
export function readImage(store: ChunkStore, name: string): StoredImage | undefined {
  return readImageFile(imagePath(store, name));
}

/** Sorted by name. @param onBad gets what cannot be read, which then is left out. @throws its own errors else. */
export function listImages(store: ChunkStore, onBad?: (error: LayahError) => void): ListedImage[] {
  const images: ListedImage[] = [];
  for (const name of listNames(join(store.directory, 'images'))) {
    try {
      const image = readImageFile(join(store.directory, 'images', name));
      if (image === undefined) continue;
      const { manifest: _, config: __, ...listed } = image;
      images.push(listed);
    } catch (thrown) {
      if (onBad === undefined || !(thrown instanceof LayahError)) throw thrown;
      onBad(thrown);
    }
  }
  return images.sort((left, right) => (left.name < right.name ? -1 : 1));
}

const MIN_DIGEST_DIGITS = 6;

/**
 * The image that a user means: by its name, by what it was added as, or by the beginning of its manifest's digest.
 * @throws LayahError `bad-store` that lists the images when it is not clear which one is meant.
 */
export function findStoredImage(store: ChunkStore, text: string): StoredImage {
  const named = readImage(store, text);
  if (named !== undefined) return named;
  const images = listImages(store);
  const bySource = images.filter(({ source }) => source === text);
  const digits = text.replace(/^sha256:/, '');
  const byDigest = images.filter(
    ({ manifestDigest }) =>
      digits.length >= MIN_DIGEST_DIGITS && manifestDigest.startsWith(`sha256:${digits}`),
  );
  const matching = bySource.length > 0 ? bySource : byDigest;
  const [first] = matching;
  const found = first !== undefined && matching.length === 1 ? readImage(store, first.name) : undefined;
  if (found !== undefined) return found;
  throw unclear({ store, text, matching, images });
}

export function removeImage(store: ChunkStore, { name }: ListedImage): void {
  removePath(imagePath(store, name));
}

interface Search {
  readonly store: ChunkStore;
  readonly text: string;
  readonly matching: readonly ListedImage[];
  readonly images: readonly ListedImage[];
}

const LISTED_IMAGES = 20;

function unclear({ store, text, matching, images }: Search): LayahError {
  const listed = matching.length > 0 ? matching : images;
  const names = listed.slice(0, LISTED_IMAGES).map(({ name }) => JSON.stringify(name));
  const more = listed.length > LISTED_IMAGES ? `, and ${listed.length - LISTED_IMAGES} more` : '';
  const what = matching.length > 0 ? `${matching.length} images` : 'no image';
  return new LayahError({
    code: 'bad-store',
    message: `the chunk store ${store.directory} has ${what} called ${JSON.stringify(text)}`,
    hint: images.length === 0 ? 'It has no images at all.' : `Name one of ${names.join(', ')}${more}.`,
  });
}

/** Names may have any characters; their digests are names of files. */
function imagePath({ directory }: ChunkStore, name: string): string {
  return join(directory, 'images', `${hash('sha256', name, 'hex')}.json`);
}

function readImageFile(path: string): StoredImage | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return undefined;
    throw storeReadFailed(`${path} of the chunk store`, thrown);
  }
  try {
    return parseImage(JSON.parse(text));
  } catch (thrown) {
    throw badImage(path, thrown);
  }
}

function parseImage(value: unknown): StoredImage {
  if (!isRecord(value) || value['version'] !== 1) throw new Error('it is not of this version of layah');
  const { manifestDigest, layers } = value;
  if (typeof manifestDigest !== 'string' || !isDigest(manifestDigest)) throw new Error('it has no digest');
  if (!Array.isArray(layers)) throw new Error('it has no layers');
  return {
    name: textMember(value, 'name'),
    source: textMember(value, 'source'),
    chunking: textMember(value, 'chunking'),
    manifestDigest,
    manifestMediaType: textMember(value, 'manifestMediaType'),
    manifest: textMember(value, 'manifest'),
    config: textMember(value, 'config'),
    layers: layers.map(parseLayer),
  };
}

function parseLayer(value: unknown): StoredLayer {
  if (!isRecord(value)) throw new Error('a layer is no object');
  const { sizeBytes, entryCount, chunkCount } = value;
  if (!isCount(sizeBytes) || !isCount(entryCount) || !isCount(chunkCount)) {
    throw new Error('a layer has no totals');
  }
  const index = textMember(value, 'index');
  // It becomes part of a path.
  if (!/^[0-9a-f]{64}-[a-z0-9-]+\.ndjson\.gz$/.test(index)) throw new Error('an index has a strange name');
  return { diffId: parseDiffId(textMember(value, 'diffId')), index, sizeBytes, entryCount, chunkCount };
}

function textMember(value: Readonly<Record<string, unknown>>, name: string): string {
  const text = value[name];
  if (typeof text === 'string') return text;
  throw new Error(`its ${name} is no text`);
}

function badImage(path: string, cause: unknown): LayahError {
  return new LayahError({
    code: 'bad-store',
    message: `the image file ${path} of the chunk store is damaged`,
    hint: 'Delete it, and add the image again.',
    cause,
  });
}
