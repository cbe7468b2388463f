/*
 * Jobs: runs of consecutive members of one layer, laid out in a slot. The main thread writes headers and padding
 * into the slot's input; whoever executes the job reads the file ranges into their places and compresses.
 */
import type { LayerContents, LayerFormat } from '../model/layer.ts';
import { layerMembers, type Member } from './members.ts';
import type { ReadRange } from './pieces.ts';
import { GZIP_MEMBER_BYTES, JOB_TARGET_BYTES, MAX_HEADER_RUN_BYTES } from './settings.ts';
import type { ChunkStart } from './tar-stream.ts';

/** A pair of buffers that jobs reuse. Shared between threads where there are several. */
export interface Slot {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

/** What an executor needs; it crosses to another thread, so it is plain data. */
export interface JobMessage {
  readonly format: LayerFormat;
  readonly ranges: readonly PlacedRange[];
  readonly members: readonly PlacedMember[];
}

/** A range and where in the slot's input its bytes go. */
export type PlacedRange = ReadRange & { readonly at: number };

export interface PlacedMember {
  /** Where in the slot's input the member ends; it starts where the one before ended. */
  readonly end: number;
  /** Bytes of the chunk at the member's start that get a digest of their own; 0 for none. */
  readonly chunkBytes: number;
}

export interface Job {
  readonly message: JobMessage;
  /** One a member. */
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

/** What the slots of a build must hold: any one member, or a job's worth of small ones. */
export function slotCapacityBytes(chunkSizeBytes: number): number {
  const largest = chunkSizeBytes + MAX_HEADER_RUN_BYTES + MAX_ENTRY_HEADER_BYTES;
  return Math.max(largest, GZIP_MEMBER_BYTES) + JOB_TARGET_BYTES;
}

/** Room for members that do not compress (RFC 1951: 5 bytes a stored block) and for every gzip header and trailer. */
export function outputCapacityBytes(inputBytes: number): number {
  return inputBytes + (inputBytes >> 8) + MAX_MEMBERS_A_JOB * 64;
}

const MAX_MEMBERS_A_JOB = 4096;

export function createJobSource(layers: Iterable<LayerContents>, chunkSizeBytes: number): JobSource {
  const members = membersOf(layers, chunkSizeBytes);
  let next = members.next();
  return {
    fill(slot) {
      if (next.done === true) return undefined;
      const filling = new FillingJob(slot, next.value.format);
      while (next.done !== true) {
        const { member, endsLayer } = next.value;
        if (!filling.takes(member)) break;
        filling.add(member);
        next = members.next();
        if (endsLayer) return filling.finish(true);
      }
      return filling.finish(false);
    },
  };
}

interface MemberOfLayer {
  readonly format: LayerFormat;
  readonly member: Member;
  readonly endsLayer: boolean;
}

function* membersOf(layers: Iterable<LayerContents>, chunkSizeBytes: number): Generator<MemberOfLayer> {
  for (const layer of layers) {
    const { format } = layer;
    let held: Member | undefined;
    for (const member of layerMembers(layer, chunkSizeBytes)) {
      if (held !== undefined) yield { format, member: held, endsLayer: false };
      held = member;
    }
    if (held !== undefined) yield { format, member: held, endsLayer: true };
  }
}

class FillingJob {
  readonly #slot: Slot;
  readonly #format: LayerFormat;
  readonly #ranges: PlacedRange[] = [];
  readonly #members: PlacedMember[] = [];
  readonly #chunks: (ChunkStart | undefined)[] = [];
  #end = 0;
  #contentBytes = 0;

  constructor(slot: Slot, format: LayerFormat) {
    this.#slot = slot;
    this.#format = format;
  }

  takes(member: Member): boolean {
    if (this.#members.length === 0) return true;
    if (this.#members.length >= MAX_MEMBERS_A_JOB || this.#end >= JOB_TARGET_BYTES) return false;
    return this.#end + member.sizeBytes <= this.#slot.input.length;
  }

  add(member: Member): void {
    for (const piece of member.pieces) {
      if (piece.kind === 'literal') {
        this.#slot.input.set(piece.bytes, this.#end);
        this.#end += piece.bytes.length;
      } else {
        this.#ranges.push({ ...piece, at: this.#end });
        this.#end += piece.lengthBytes;
        this.#contentBytes += piece.lengthBytes;
      }
    }
    this.#members.push({ end: this.#end, chunkBytes: member.chunk?.lengthBytes ?? 0 });
    this.#chunks.push(member.chunk);
  }

  finish(endsLayer: boolean): Job {
    return {
      message: { format: this.#format, ranges: this.#ranges, members: this.#members },
      chunks: this.#chunks,
      inputBytes: this.#end,
      contentBytes: this.#contentBytes,
      endsLayer,
    };
  }
}
