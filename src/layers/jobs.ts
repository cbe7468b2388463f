/*
 * Jobs: runs of consecutive stretches of one layer, laid out in a slot. The main thread writes headers and padding
 * into the slot's input; whoever executes the job reads the file ranges into their places and compresses.
 */
import type { LayerContents } from '../model/layer.ts';
import type { ReadRange } from './pieces.ts';
import {
  GZIP_MEMBER_BYTES,
  JOB_TARGET_BYTES,
  type LayerSettings,
  MAX_HEADER_RUN_BYTES,
  MERGING_JOB_TARGET_BYTES,
} from './settings.ts';
import { layerStretches, type Stretch } from './stretches.ts';
import type { ChunkStart } from './tar-stream.ts';

/** A pair of buffers that jobs reuse. Shared between threads where there are several. */
export interface Slot {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

/** What an executor needs; it crosses to another thread, so it is plain data. */
export interface JobMessage {
  readonly ranges: readonly PlacedRange[];
  readonly stretches: readonly PlacedStretch[];
  /** Stretches that may join are added to a gzip member until it has so many bytes; 0 to have each in its own. */
  readonly minMemberBytes: number;
}

/** A range and where in the slot's input its bytes go. */
export type PlacedRange = ReadRange & { readonly at: number };

export interface PlacedStretch {
  /** Where in the slot's input it ends; it starts where the one before ended. */
  readonly end: number;
  /** Bytes of the chunk at its start that get a digest of their own; 0 for none. */
  readonly chunkBytes: number;
  readonly mayJoin: boolean;
}

export interface Job {
  readonly message: JobMessage;
  /** One a stretch. */
  readonly chunks: readonly (ChunkStart | undefined)[];
  readonly inputBytes: number;
  readonly contentBytes: number;
  readonly endsLayer: boolean;
}

/** Fills slots with the jobs of all layers, in order. */
export interface JobSource {
  /** Undefined when all layers are done. */
  fill(slot: Slot): Job | undefined;
}

/** A header run overshoots its limit by one entry's headers: long names and all its attributes. */
const MAX_ENTRY_HEADER_BYTES = 1 << 20;

export type JobSettings = Pick<LayerSettings, 'chunkSizeBytes' | 'minChunkSizeBytes'>;

/** What the slots of a build must hold: any one stretch, or a job's worth of small ones. */
export function slotCapacityBytes(settings: JobSettings): number {
  const largest = settings.chunkSizeBytes + MAX_HEADER_RUN_BYTES + MAX_ENTRY_HEADER_BYTES;
  return Math.max(largest, GZIP_MEMBER_BYTES) + jobTargetBytes(settings);
}

function jobTargetBytes({ minChunkSizeBytes }: JobSettings): number {
  return minChunkSizeBytes === 0 ? JOB_TARGET_BYTES : MERGING_JOB_TARGET_BYTES;
}

/** Room for stretches that do not compress (RFC 1951: 5 bytes a stored block) and for every gzip header and trailer. */
export function outputCapacityBytes(inputBytes: number): number {
  return inputBytes + (inputBytes >> 8) + MAX_STRETCHES_A_JOB * 64;
}

const MAX_STRETCHES_A_JOB = 4096;

/** Where a job ends depends on its layer and the settings alone. */
export function createJobSource(layers: Iterable<LayerContents>, settings: JobSettings): JobSource {
  const stretches = stretchesOf(layers, settings.chunkSizeBytes);
  let next = stretches.next();
  return {
    fill(slot) {
      if (next.done === true) return undefined;
      const filling = new FillingJob(slot, settings);
      while (next.done !== true) {
        const { stretch, endsLayer } = next.value;
        if (!filling.takes(stretch)) break;
        filling.add(stretch);
        next = stretches.next();
        if (endsLayer) return filling.finish(true);
      }
      return filling.finish(false);
    },
  };
}

interface StretchOfLayer {
  readonly stretch: Stretch;
  readonly endsLayer: boolean;
}

function* stretchesOf(layers: Iterable<LayerContents>, chunkSizeBytes: number): Generator<StretchOfLayer> {
  for (const layer of layers) {
    let held: Stretch | undefined;
    for (const stretch of layerStretches(layer, chunkSizeBytes)) {
      if (held !== undefined) yield { stretch: held, endsLayer: false };
      held = stretch;
    }
    if (held !== undefined) yield { stretch: held, endsLayer: true };
  }
}

class FillingJob {
  readonly #slot: Slot;
  readonly #settings: JobSettings;
  readonly #ranges: PlacedRange[] = [];
  readonly #stretches: PlacedStretch[] = [];
  readonly #chunks: (ChunkStart | undefined)[] = [];
  #end = 0;
  #contentBytes = 0;

  constructor(slot: Slot, settings: JobSettings) {
    this.#slot = slot;
    this.#settings = settings;
  }

  takes(stretch: Stretch): boolean {
    const count = this.#stretches.length;
    if (count === 0) return true;
    if (count >= MAX_STRETCHES_A_JOB || this.#end >= jobTargetBytes(this.#settings)) return false;
    return this.#end + stretch.sizeBytes <= this.#slot.input.length;
  }

  add({ pieces, chunk, mayJoin }: Stretch): void {
    for (const piece of pieces) {
      if (piece.kind === 'literal') {
        this.#slot.input.set(piece.bytes, this.#end);
        this.#end += piece.bytes.length;
      } else {
        this.#ranges.push({ ...piece, at: this.#end });
        this.#end += piece.lengthBytes;
        this.#contentBytes += piece.lengthBytes;
      }
    }
    this.#stretches.push({ end: this.#end, chunkBytes: chunk?.lengthBytes ?? 0, mayJoin });
    this.#chunks.push(chunk);
  }

  finish(endsLayer: boolean): Job {
    return {
      message: {
        ranges: this.#ranges,
        stretches: this.#stretches,
        minMemberBytes: this.#settings.minChunkSizeBytes,
      },
      chunks: this.#chunks,
      inputBytes: this.#end,
      contentBytes: this.#contentBytes,
      endsLayer,
    };
  }
}
