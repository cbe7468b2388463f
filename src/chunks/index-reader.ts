import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import {
  badIndex,
  type ChunkReference,
  CHUNKS_LINE_START,
  END_LINE_START,
  type IndexRecord,
  parseIndexLine,
} from './index-format.ts';
import { type ChunkStore, indexPath, isReadFailure, storeReadFailed } from './store.ts';

const READ_BYTES = 256 << 10;
/** Longer than any line that is written: base64 of raw bytes, or 512 chunks. */
const MAX_LINE_CHARACTERS = 8 << 20;

/** The records of an index in their order, the end at last. @throws LayahError `bad-store` when it is damaged or missing. */
export async function* readIndex(store: ChunkStore, name: string): AsyncGenerator<IndexRecord> {
  for await (const lines of readLines(store, name)) {
    for (const line of lines) {
      const record = parseLine(name, line);
      if (record !== undefined) yield record;
    }
  }
}

/** The chunks of an index, some at a time, without a look at what else it says. @throws LayahError as above. */
export async function* readChunks(
  store: ChunkStore,
  name: string,
): AsyncGenerator<readonly ChunkReference[]> {
  for await (const lines of readLines(store, name)) {
    for (const line of lines) {
      if (!line.startsWith(CHUNKS_LINE_START)) continue;
      const record = parseLine(name, line);
      if (record?.kind === 'chunks') yield record.chunks;
    }
  }
}

function parseLine(name: string, line: string): IndexRecord | undefined {
  try {
    return parseIndexLine(line);
  } catch (thrown) {
    throw badIndex(name, thrown);
  }
}

/** The last of them is the end. */
async function* readLines(store: ChunkStore, name: string): AsyncGenerator<string[]> {
  let rest = '';
  let last = '';
  try {
    for await (const piece of openIndex(store, name)) {
      const lines = (rest + piece.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw new Error('a line is too long');
      last = lines.at(-1) ?? last;
      yield lines;
    }
  } catch (thrown) {
    if (thrown instanceof LayahError) throw thrown;
    if (systemErrorCode(thrown) === 'ENOENT') throw missingIndex(name);
    if (isReadFailure(thrown)) throw storeReadFailed(`${indexPath(store, name)} of the chunk store`, thrown);
    throw badIndex(name, thrown);
  }
  if (rest !== '' || !last.startsWith(END_LINE_START)) throw badIndex(name, new Error('it has no end'));
}

function openIndex(store: ChunkStore, name: string): AsyncIterable<Buffer> {
  const file = createReadStream(indexPath(store, name), { highWaterMark: READ_BYTES });
  // Whoever iterates gets the error.
  return pipeline(file, createGunzip({ chunkSize: READ_BYTES }), () => {});
}

function missingIndex(name: string): LayahError {
  return new LayahError({
    code: 'bad-store',
    message: `the index ${name} is not in the chunk store`,
    hint: 'Add the image again, which writes its indexes anew; layah chunk verify lists all that is wrong.',
  });
}
