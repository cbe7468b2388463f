import { gzipSync } from 'node:zlib';
import {
  type ChunkReference,
  formatChunks,
  type IndexEntry,
  type IndexHeader,
  type LayerTotals,
  MAX_LINE_CHUNKS,
} from './index-format.ts';

export interface IndexWriter {
  entry(entry: IndexEntry, raw: Uint8Array): void;
  raw(bytes: Uint8Array): void;
  chunk(chunk: ChunkReference): void;
  finish(totals: LayerTotals): void;
}

/** So much text is compressed at once. */
const BLOCK_CHARACTERS = 256 << 10;
/** Headers shrink to a tenth with any level, digests not at all. */
const GZIP_LEVEL = 1;

/** @param write gets the index, piece by piece. */
export function createIndexWriter(header: IndexHeader, write: (bytes: Uint8Array) => void): IndexWriter {
  let lines: string[] = [];
  let characters = 0;
  let chunks: ChunkReference[] = [];
  const flush = (): void => {
    write(gzipSync(lines.join(''), { level: GZIP_LEVEL }));
    lines = [];
    characters = 0;
  };
  const line = (text: string): void => {
    lines.push(`${text}\n`);
    characters += text.length;
    if (characters > BLOCK_CHARACTERS) flush();
  };
  const endChunks = (): void => {
    if (chunks.length > 0) line(formatChunks(chunks));
    chunks = [];
  };
  line(JSON.stringify(header));
  return {
    entry(entry, raw) {
      endChunks();
      line(asciiJson({ entry, raw: base64(raw) }));
    },
    raw(bytes) {
      endChunks();
      line(JSON.stringify({ raw: base64(bytes) }));
    },
    chunk(chunk) {
      chunks.push(chunk);
      if (chunks.length === MAX_LINE_CHUNKS) endChunks();
    },
    finish(totals) {
      endChunks();
      line(JSON.stringify({ end: totals }));
      flush();
    },
  };
}

/** A reader may then split and parse lines without decoding them. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
