import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChunkWriter } from '../../../src/chunks/chunk-writer.ts';
import { cleanStore, type CleanRun } from '../../../src/chunks/clean-store.ts';
import { createIndexFile } from '../../../src/chunks/index-file.ts';
import { missingChunks } from '../../../src/chunks/present-layer.ts';
import { createLayerRecorder } from '../../../src/chunks/record-layer.ts';
import { openSession, type Session } from '../../../src/chunks/session.ts';
import { publishImage } from '../../../src/chunks/stored-image.ts';
import { chunkPath, createChunkStore, indexName, type ChunkStore } from '../../../src/chunks/store.ts';
import { parseDiffId, parseDigest } from '../../../src/model/digest.ts';
import { noise } from './noise.ts';

const CHUNKING = { strategy: { name: 'fixed-size', chunkSizeBytes: 1000 }, filesystem: false } as const;
const DIFF_ID = parseDiffId(`sha256:${'1'.repeat(64)}`);
const INDEX = indexName(DIFF_ID, CHUNKING);
const HEADER = { version: 1, diffId: DIFF_ID, strategy: 'fixed-size', filesystem: false } as const;

let store: ChunkStore;
let sessions: Session[] = [];

beforeEach(() => {
  store = createChunkStore(join(mkdtempSync(join(tmpdir(), 'layah-clean-')), 'store'));
});

afterEach(() => {
  for (const each of sessions) each.close();
  sessions = [];
  rmSync(join(store.directory, '..'), { recursive: true });
});

function session(): Session {
  const opened = openSession(store);
  sessions.push(opened);
  return opened;
}

/** Writes the chunks of a layer; the index comes with `publish`. */
function writeLayer(writer: Session): { readonly newChunkCount: number; publish(): void } {
  const index = createIndexFile(writer, INDEX, HEADER);
  const recorder = createLayerRecorder(CHUNKING, { chunks: createChunkWriter(writer), index });
  recorder.opaque(noise(1, 5000));
  return { ...recorder.finish(), publish: () => index.publish() };
}

function publishAll(writer: Session): void {
  const digest = parseDigest(`sha256:${'2'.repeat(64)}`);
  publishImage(writer, {
    name: 'app',
    source: 'app',
    chunking: 'x',
    manifestDigest: digest,
    manifestMediaType: 'x',
    manifest: '{}',
    config: '{}',
    layers: [{ diffId: DIFF_ID, index: INDEX, sizeBytes: 5000, entryCount: 0, chunkCount: 5 }],
  });
}

function clean(run: Partial<CleanRun> = {}) {
  return cleanStore(store, {
    signal: new AbortController().signal,
    all: false,
    onProgress: () => {},
    ...run,
  });
}

/** As after an add that was long ago, or that was killed. */
function makeOld(): void {
  for (const name of readdirSync(join(store.directory, 'chunks'))) {
    const directory = join(store.directory, 'chunks', name);
    for (const chunk of readdirSync(directory)) utimesSync(join(directory, chunk), 1000, 1000);
  }
}

/** The chunks of a layer whose index never came. */
function leaveOldChunks(): void {
  const before = session();
  writeLayer(before);
  before.close();
  makeOld();
}

function chunks(): string[] {
  return readdirSync(join(store.directory, 'chunks')).flatMap((name) =>
    readdirSync(join(store.directory, 'chunks', name)),
  );
}

describe('a clean beside an add', () => {
  it('keeps the chunks that were written since the add began', async () => {
    const writer = session();
    writer.need([INDEX]);
    const layer = writeLayer(writer);
    expect(await clean()).toMatchObject({ chunkCount: 0, keptChunkCount: 5 });
    layer.publish();
    expect(await clean()).toMatchObject({ indexCount: 0, chunkCount: 0, keptChunkCount: 0 });
    publishAll(writer);
    writer.close();
    expect(await clean()).toMatchObject({ indexCount: 0, chunkCount: 0 });
    expect(await missingChunks(store, INDEX)).toBe(0);
  });

  it('gives back what an index needs that comes while it runs', async () => {
    leaveOldChunks();
    const writer = session();
    writer.need([INDEX]);
    // All chunks are there already, so the add writes none.
    const layer = writeLayer(writer);
    expect(layer.newChunkCount).toBe(0);
    const onMoved = async (): Promise<void> => {
      expect(chunks()).toEqual([]);
      layer.publish();
    };
    expect(await clean({ onMoved })).toMatchObject({ chunkCount: 0, chunkBytes: 0 });
    expect(await missingChunks(store, INDEX)).toBe(0);
  });

  it('drops what an index needs that comes too late, which the add then sees', async () => {
    leaveOldChunks();
    const writer = session();
    writer.need([INDEX]);
    const layer = writeLayer(writer);
    expect(await clean()).toMatchObject({ chunkCount: 5 });
    layer.publish();
    expect(await missingChunks(store, INDEX)).toBe(5);
    expect(writeLayer(writer).newChunkCount).toBe(5);
  });
});

describe('a clean that is interrupted', () => {
  it('puts back what it has moved', async () => {
    leaveOldChunks();
    const writer = session();
    writer.need([INDEX]);
    const layer = writeLayer(writer);
    const aborted = new AbortController();
    const onMoved = async (): Promise<void> => {
      expect(chunks()).toEqual([]);
      layer.publish();
      aborted.abort(new Error('stopped'));
    };
    await expect(clean({ signal: aborted.signal, onMoved })).rejects.toThrow('stopped');
    expect(chunks()).toHaveLength(5);
  });
});

describe('what a killed process leaves behind', () => {
  function kill(killed: Session): void {
    sessions = sessions.filter((each) => each !== killed);
    const name = join(store.directory, 'tmp', 'killed');
    renameSync(killed.directory, name);
    for (const file of ['started', 'beat']) utimesSync(join(name, file), 1000, 1000);
    killed.close();
  }

  it('goes with the next clean, when it was adding', async () => {
    const writer = session();
    writer.need([INDEX]);
    writeLayer(writer);
    writeFileSync(writer.temporaryPath(), 'half a chunk');
    kill(writer);
    expect(await clean()).toMatchObject({ leftoverCount: 1, chunkCount: 5, keptChunkCount: 0 });
    expect(readdirSync(join(store.directory, 'tmp'))).toEqual([]);
  });

  it('is put back by the next clean, when it was cleaning', async () => {
    const writer = session();
    writeLayer(writer).publish();
    publishAll(writer);
    writer.close();
    const cleaner = session();
    for (const name of chunks()) {
      const trash = join(cleaner.directory, 'trash', name.slice(0, 2));
      mkdirSync(trash, { recursive: true });
      renameSync(chunkPath(store, name), join(trash, name));
    }
    kill(cleaner);
    expect(await missingChunks(store, INDEX)).toBe(5);
    expect(await clean()).toMatchObject({ leftoverCount: 1, chunkCount: 0 });
    expect(await missingChunks(store, INDEX)).toBe(0);
  });
});

describe('several writers at once', () => {
  it('may write the same chunks', async () => {
    const [one, other] = [session(), session()];
    const layers = [writeLayer(one), writeLayer(other)];
    for (const layer of layers) layer.publish();
    expect(layers.map(({ newChunkCount }) => newChunkCount)).toEqual([5, 0]);
    expect(await missingChunks(store, INDEX)).toBe(0);
  });
});
