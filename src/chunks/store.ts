/*
 * A chunk store is a directory:
 *
 *     layah-chunk-store.json        what this directory is
 *     chunks/AB/ABCDEF...           a chunk, under its SHA-256; AB are the first two digits
 *     indexes/DIFFID-HOW.ndjson.gz  what a layer consists of, under its diff ID and how it was cut
 *     images/SHA256.json            an image, under the SHA-256 of its name: manifest, config, the indexes of its layers
 *     estargz/                      OCI layouts that `chunk estargz` writes
 *     tmp/                          what is being written; see session.ts
 *
 * Every file is written in tmp/ and renamed: whoever sees it sees all of it. Chunks come before the index that needs them,
 * indexes before the image.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type DiffId } from '../model/digest.ts';
import type { Chunking } from '../model/chunk-options.ts';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { chunkingLabel } from './strategy.ts';

export interface ChunkStore {
  readonly directory: string;
}

const MARKER = 'layah-chunk-store.json';
const MARKER_TEXT = `${JSON.stringify({ format: 'layah-chunk-store', version: 1 })}\n`;
const DIRECTORIES = ['chunks', 'indexes', 'images', 'tmp'];
const FAN_OUT_DIGITS = 2;

/** @throws LayahError `bad-store` when it is none. */
export function openChunkStore(directory: string): ChunkStore {
  let text: string;
  try {
    text = readFileSync(join(directory, MARKER), 'utf8');
  } catch (cause) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(cause) ?? '');
    if (!isMissing) throw storeReadFailed(`the chunk store ${directory}`, cause);
    throw new LayahError({
      code: 'bad-store',
      message: `${directory} is no chunk store`,
      hint: 'layah chunk add makes one.',
    });
  }
  if (text === MARKER_TEXT) return { directory };
  throw new LayahError({
    code: 'bad-store',
    message: `${join(directory, MARKER)} is not of this version of layah`,
    hint: 'Use the version that wrote the store, or add the images to a new one.',
  });
}

/** Makes it where there is none. @throws LayahError `bad-store` when the directory is used for something else. */
export function createChunkStore(directory: string): ChunkStore {
  try {
    mkdirSync(directory, { recursive: true });
    const names = readdirSync(directory);
    if (!names.includes(MARKER)) {
      // Another writer may be as far as this.
      const foreign = names.find((name) => !DIRECTORIES.includes(name) && !name.startsWith(MARKER));
      if (foreign !== undefined) throw notEmpty(directory, foreign);
      for (const name of DIRECTORIES) mkdirSync(join(directory, name), { recursive: true });
      const temporary = join(directory, `${MARKER}.${randomUUID()}`);
      writeFileSync(temporary, MARKER_TEXT);
      renameSync(temporary, join(directory, MARKER));
    }
  } catch (thrown) {
    throw thrown instanceof LayahError ? thrown : storeWriteFailed(directory, thrown);
  }
  return openChunkStore(directory);
}

/** The file of a chunk. @param hex its SHA-256. */
export function chunkPath({ directory }: ChunkStore, hex: string): string {
  // There are many of them, and `join` would look at every character.
  return `${directory}/chunks/${hex.slice(0, FAN_OUT_DIGITS)}/${hex}`;
}

export function chunkDirectory({ directory }: ChunkStore, firstByte: number): string {
  return join(directory, 'chunks', firstByte.toString(16).padStart(FAN_OUT_DIGITS, '0'));
}

/** The names in a directory of the store, sorted; none when it is not there. @throws LayahError `bad-store` */
export function listNames(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw storeReadFailed(`${path} of the chunk store`, thrown);
  }
}

/** What the index of a layer is called. */
export function indexName(diffId: DiffId, chunking: Chunking): string {
  return `${diffId.slice('sha256:'.length)}-${chunkingLabel(chunking)}.ndjson.gz`;
}

export function indexPath({ directory }: ChunkStore, name: string): string {
  return join(directory, 'indexes', name);
}

/** Deletes what may be gone already. @throws LayahError `write-failed` */
export function removePath(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (thrown) {
    throw storeWriteFailed(path, thrown);
  }
}

/** Whether the system refused to read something, which does not mean that it is damaged. */
export function isReadFailure(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'syscall' in thrown;
}

/** For what is there and cannot be read. */
export function storeReadFailed(what: string, cause: unknown): LayahError {
  const hint = systemErrorCode(cause) === 'EACCES' ? 'Run as a user who may read it.' : undefined;
  return new LayahError({
    code: 'bad-store',
    message: `reading ${what}`,
    ...(hint !== undefined && { hint }),
    cause,
  });
}

/** For whatever goes wrong while something is written. */
export function storeWriteFailed(path: string, cause: unknown): LayahError {
  const hints: Record<string, string> = {
    ENOSPC:
      'The disk is full. What is in the store stays good: free some room (layah chunk clean drops what no image needs), then add the image again.',
    EDQUOT:
      'Your quota is used up. What is in the store stays good: free some room, then add the image again.',
    EACCES: 'Run as a user who may write there, or choose another place.',
    EROFS: 'Choose a place that you may write to.',
  };
  const hint = hints[systemErrorCode(cause) ?? ''];
  return new LayahError({
    code: 'write-failed',
    message: `writing to the chunk store ${path}`,
    ...(hint !== undefined && { hint }),
    cause,
  });
}

function notEmpty(directory: string, name: string): LayahError {
  return new LayahError({
    code: 'bad-store',
    message: `${directory} is no chunk store, and it is not empty: it holds ${name}`,
    hint: 'Name a chunk store, or a new or an empty directory.',
  });
}
