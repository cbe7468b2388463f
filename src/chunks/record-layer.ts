/*
 * One layer on its way into a store: takes its bytes in order, named for what they are, and gives chunks and an index.
 */
import type { Chunking } from '../model/chunk-options.ts';
import type { ChunkConsumer } from './chunk-writer.ts';
import { cutBuffer, type Cutter } from './cutter.ts';
import type { IndexEntry, LayerTotals } from './index-format.ts';
import type { IndexWriter } from './index-writer.ts';
import { createCutter } from './strategy.ts';

/** What the layer's bytes are. */
export interface LayerRecorder {
  /** An entry of the tar begins. @param raw its headers, and what stands before them since the last content. */
  entry(entry: IndexEntry, raw: Uint8Array): void;
  /** Content of the last entry. */
  content(part: Uint8Array, endsFile: boolean): void;
  /** The end of the archive, and what belongs to no entry: not much. */
  raw(bytes: Uint8Array): void;
  /** A stream of bytes that nobody knows more of. */
  opaque(part: Uint8Array): void;
  finish(): RecordedLayer;
}

export interface RecordedLayer extends LayerTotals {
  readonly newChunkCount: number;
  /** Of the new chunks. */
  readonly newBytes: number;
  /** Of all chunks: without what is in the index. */
  readonly chunkBytes: number;
}

export interface LayerTargets {
  readonly chunks: ChunkConsumer;
  readonly index: IndexWriter;
}

export function createLayerRecorder(chunking: Chunking, targets: LayerTargets): LayerRecorder {
  return new Recorder(chunking, targets);
}

class Recorder implements LayerRecorder {
  readonly #filesystem: boolean;
  readonly #targets: LayerTargets;
  readonly #cutter: Cutter;
  readonly #totals = {
    sizeBytes: 0,
    entryCount: 0,
    chunkCount: 0,
    newChunkCount: 0,
    newBytes: 0,
    chunkBytes: 0,
  };
  /** Whether a chunk has begun. */
  #isOpen = false;
  #isInFile = false;

  constructor({ strategy, filesystem }: Chunking, targets: LayerTargets) {
    this.#filesystem = filesystem;
    this.#targets = targets;
    this.#cutter = createCutter(strategy);
  }

  entry(entry: IndexEntry, raw: Uint8Array): void {
    this.#totals.entryCount++;
    if (!this.#filesystem) {
      this.opaque(raw);
      return;
    }
    this.#endRun();
    this.#totals.sizeBytes += raw.length;
    this.#targets.index.entry(entry, raw);
  }

  content(part: Uint8Array, endsFile: boolean): void {
    if (!this.#isInFile) this.#endRun();
    this.#isInFile = !endsFile;
    this.opaque(part);
    if (endsFile) this.#endRun();
  }

  raw(bytes: Uint8Array): void {
    this.#endRun();
    // Without files in the index everything is in chunks.
    if (!this.#filesystem) {
      this.opaque(bytes);
      return;
    }
    this.#totals.sizeBytes += bytes.length;
    this.#targets.index.raw(bytes);
  }

  opaque(part: Uint8Array): void {
    this.#totals.sizeBytes += part.length;
    cutBuffer(this.#cutter, part, (piece, endsChunk) => {
      this.#isOpen = true;
      this.#targets.chunks.write(piece);
      if (endsChunk) this.#endChunk();
    });
  }

  finish(): RecordedLayer {
    this.#endRun();
    const { sizeBytes, entryCount, chunkCount } = this.#totals;
    this.#targets.index.finish({ sizeBytes, entryCount, chunkCount });
    return this.#totals;
  }

  #endRun(): void {
    this.#cutter.reset();
    if (this.#isOpen) this.#endChunk();
  }

  #endChunk(): void {
    this.#isOpen = false;
    const chunk = this.#targets.chunks.end();
    this.#targets.index.chunk(chunk);
    this.#totals.chunkCount++;
    this.#totals.chunkBytes += chunk.sizeBytes;
    if (!chunk.isNew) return;
    this.#totals.newChunkCount++;
    this.#totals.newBytes += chunk.sizeBytes;
  }
}
