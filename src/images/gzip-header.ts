import type { BlobCursor } from './blob-cursor.ts';

/*
 * A gzip member's header (RFC 1952, section 2.3):
 *
 *   0  1f 8b 08   magic, deflate
 *   3  flags      FHCRC 2, FEXTRA 4, FNAME 8, FCOMMENT 16
 *   4  mtime 4 | XFL | OS
 *  10  [XLEN 2 | extra] [name NUL] [comment NUL] [CRC-16]
 */
const FIXED_BYTES = 10;
const MAGIC = Buffer.from('1f8b08', 'hex');
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;
const KNOWN_FLAGS = 0x1f;
const MAX_TEXT_BYTES = 65_536;
const TEXT_PIECE_BYTES = 256;

export interface GzipHeader {
  /** What is wrong with it, undefined when all is well. */
  readonly problem: string | undefined;
  /** Whether it promises optional fields. */
  readonly hasFlags: boolean;
}

/** Skips a member's header. */
export async function skipGzipHeader(cursor: BlobCursor, tally?: GzipHeaderTally): Promise<GzipHeader> {
  const offset = cursor.position;
  const fixed = await cursor.take(FIXED_BYTES);
  tally?.note(fixed, offset);
  return { problem: await skipFields(cursor, fixed), hasFlags: (fixed[3] ?? 0) !== 0 };
}

async function skipFields(cursor: BlobCursor, fixed: Buffer): Promise<string | undefined> {
  if (!fixed.subarray(0, MAGIC.length).equals(MAGIC)) return 'no gzip member begins here';
  const flags = fixed[3] ?? 0;
  if (fixed.length < FIXED_BYTES) return 'its header is cut off';
  if ((flags & ~KNOWN_FLAGS) !== 0) return 'its header has unknown flags';
  if ((flags & FLAG.extra) !== 0) {
    const length = await cursor.take(2);
    if (length.length < 2) return 'its header is cut off';
    const extraBytes = length.readUInt16LE();
    if ((await cursor.take(extraBytes)).length < extraBytes) return 'its header is cut off';
  }
  if ((flags & FLAG.name) !== 0 && !(await skipText(cursor))) return 'the name in its header does not end';
  if ((flags & FLAG.comment) !== 0 && !(await skipText(cursor)))
    return 'the comment in its header does not end';
  if ((flags & FLAG.headerCrc) !== 0 && (await cursor.take(2)).length < 2) return 'its header is cut off';
  return undefined;
}

async function skipText(cursor: BlobCursor): Promise<boolean> {
  for (let skippedBytes = 0; skippedBytes < MAX_TEXT_BYTES;) {
    const piece = await cursor.read(TEXT_PIECE_BYTES);
    if (piece === undefined) return false;
    const nul = piece.indexOf(0);
    if (nul >= 0) {
      cursor.unread(piece.subarray(nul + 1));
      return true;
    }
    skippedBytes += piece.length;
  }
  return false;
}

/** Which headers the members of a blob have. One writer gives all of them the same, and no reader looks at most of it. */
export interface GzipHeaderTally {
  note(header: Buffer, offset: number): void;
  /** The members whose header only they have, when all others share one. */
  oddOffsets(): readonly number[];
}

/** A blob whose members all differ is not kept count of. */
const MAX_KINDS = 16;

export function createGzipHeaderTally(): GzipHeaderTally {
  const kinds = new Map<string, { readonly firstOffset: number; count: number }>();
  return {
    note(header, offset) {
      const key = header.toString('latin1');
      const kind = kinds.get(key);
      if (kind !== undefined) kind.count++;
      else if (kinds.size < MAX_KINDS) kinds.set(key, { firstOffset: offset, count: 1 });
    },
    oddOffsets() {
      const odd = [...kinds.values()].filter(({ count }) => count === 1);
      return kinds.size - odd.length === 1 ? odd.map(({ firstOffset }) => firstOffset) : [];
    },
  };
}
