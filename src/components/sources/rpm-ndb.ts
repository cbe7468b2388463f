/*
 * Packages.db, the database of rpm's "ndb" backend (openSUSE; rpm's lib/backend/ndb/rpmpkg.c). Numbers are little
 * endian; blocks have 16 bytes, and what is in a block is counted in blocks from the start of the file.
 *
 *     0  "RpmP" 4 | version 4, 0 | generation 4 | slot pages 4 | next package 4 | 12 zero bytes
 *    32  slots, up to the end of the last slot page of 4096 bytes:
 *          "Slot" 4 | package 4 | first block 4, 0 when the slot is free | blocks 4
 *   ...  blobs, anywhere behind the slots, in no order:
 *          "BlbS" 4 | package 4 | generation 4 | bytes of the header 4
 *          the header of the package | zero bytes up to the end of the last block but for
 *          Adler-32 of everything before 4 | bytes of the header 4 | "BlbE" 4
 *
 * Packages.db holds everything; Index.db beside it is for searching.
 */
import { LayahError } from '../../model/errors.ts';

/** A file that is read here and there. */
export interface SeekableFile {
  readonly sizeBytes: number;
  /** Fewer bytes only where the file ends. */
  readAt(offset: number, sizeBytes: number): Promise<Buffer>;
}

export type NdbBlob =
  | { readonly kind: 'header'; readonly packageNumber: number; readonly header: Buffer }
  | { readonly kind: 'damaged'; readonly packageNumber: number; readonly what: string };

/**
 * The headers of all packages, in the order of the file, one at a time. Blobs may not overlap, so that no more is read
 * than the file has.
 * @throws LayahError `bad-database` when the slots are damaged.
 */
export async function* readNdbBlobs(file: SeekableFile): AsyncGenerator<NdbBlob> {
  for (const slot of await readSlots(file)) {
    const { packageNumber } = slot;
    const blob = await readBlob(file, slot);
    yield typeof blob === 'string'
      ? { kind: 'damaged', packageNumber, what: blob }
      : { kind: 'header', packageNumber, header: blob };
  }
}

const FILE_HEADER_BYTES = 32;
const PAGE_BYTES = 4096;
const SLOT_BYTES = 16;
const BLOCK_BYTES = 16;
const BLOB_HEAD_BYTES = 16;
const BLOB_TAIL_BYTES = 12;
/** A million packages. */
const MAX_SLOT_PAGES = 4096;
/** Ten times the biggest known header. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;

interface Slot {
  readonly packageNumber: number;
  readonly firstBlock: number;
  readonly blockCount: number;
}

async function readSlots(file: SeekableFile): Promise<Slot[]> {
  const head = await file.readAt(0, FILE_HEADER_BYTES);
  if (head.length < FILE_HEADER_BYTES || magicAt(head, 0) !== 'RpmP')
    throw damaged('it does not begin with RpmP');
  const version = head.readUInt32LE(4);
  if (version !== 0) throw damaged(`its version is ${version}, and only 0 is known`);
  const pageCount = head.readUInt32LE(12);
  if (pageCount > MAX_SLOT_PAGES || pageCount * PAGE_BYTES > file.sizeBytes) {
    throw damaged(`${pageCount} slot pages do not fit into its ${file.sizeBytes} bytes`);
  }
  const pages = await file.readAt(0, pageCount * PAGE_BYTES);
  const slots: Slot[] = [];
  for (let start = FILE_HEADER_BYTES; start + SLOT_BYTES <= pages.length; start += SLOT_BYTES) {
    if (magicAt(pages, start) !== 'Slot') throw damaged(`no slot at byte ${start}`);
    const firstBlock = pages.readUInt32LE(start + 8);
    if (firstBlock === 0) continue;
    slots.push({
      packageNumber: pages.readUInt32LE(start + 4),
      firstBlock,
      blockCount: pages.readUInt32LE(start + 12),
    });
  }
  slots.sort((left, right) => left.firstBlock - right.firstBlock);
  checkPlaces(slots, pageCount, file.sizeBytes);
  return slots;
}

function checkPlaces(sortedSlots: readonly Slot[], pageCount: number, sizeBytes: number): void {
  let freeBlock = pageCount * (PAGE_BYTES / BLOCK_BYTES);
  for (const { packageNumber, firstBlock, blockCount } of sortedSlots) {
    const endBlock = firstBlock + blockCount;
    if (firstBlock < freeBlock) throw damaged(`the package ${packageNumber} overlaps what lies before it`);
    if (endBlock * BLOCK_BYTES > sizeBytes) throw damaged(`the package ${packageNumber} lies behind its end`);
    freeBlock = endBlock;
  }
}

/** @returns the header, or what is wrong with the blob. */
async function readBlob(file: SeekableFile, slot: Slot): Promise<Buffer | string> {
  const sizeBytes = slot.blockCount * BLOCK_BYTES;
  if (sizeBytes > MAX_BLOB_BYTES) return `it has ${sizeBytes} bytes, more than ${MAX_BLOB_BYTES}`;
  if (sizeBytes < BLOB_HEAD_BYTES + BLOB_TAIL_BYTES) return 'it is too small';
  const blob = await file.readAt(slot.firstBlock * BLOCK_BYTES, sizeBytes);
  if (blob.length < sizeBytes) return 'it ends early';
  const tail = sizeBytes - BLOB_TAIL_BYTES;
  if (magicAt(blob, 0) !== 'BlbS' || magicAt(blob, tail + 8) !== 'BlbE') return 'it is no blob';
  if (blob.readUInt32LE(4) !== slot.packageNumber) return `it is that of package ${blob.readUInt32LE(4)}`;
  const headerBytes = blob.readUInt32LE(12);
  const blocks = Math.ceil((BLOB_HEAD_BYTES + headerBytes + BLOB_TAIL_BYTES) / BLOCK_BYTES);
  if (blocks !== slot.blockCount || blob.readUInt32LE(tail + 4) !== headerBytes) {
    return `its size of ${headerBytes} bytes is wrong`;
  }
  if (blob.readUInt32LE(tail) !== adler32(blob.subarray(0, tail))) return 'its checksum is wrong';
  return blob.subarray(BLOB_HEAD_BYTES, BLOB_HEAD_BYTES + headerBytes);
}

function magicAt(bytes: Buffer, offset: number): string {
  return bytes.toString('latin1', offset, offset + 4);
}

/** RFC 1950 section 8. The sums stay small enough for exact arithmetic for as many bytes at a time. */
function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < bytes.length; start += ADLER_RUN_BYTES) {
    const end = Math.min(start + ADLER_RUN_BYTES, bytes.length);
    for (let index = start; index < end; index++) {
      low += bytes[index] ?? 0;
      high += low;
    }
    low %= ADLER_PRIME;
    high %= ADLER_PRIME;
  }
  return high * 0x10000 + low;
}

const ADLER_PRIME = 65521;
const ADLER_RUN_BYTES = 5552;

function damaged(what: string): LayahError {
  return new LayahError({ code: 'bad-database', message: `Packages.db is damaged: ${what}` });
}
