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

/** Skips a member's header. @returns what is wrong with it, or undefined when all is well. */
export async function skipGzipHeader(cursor: BlobCursor): Promise<string | undefined> {
  const fixed = await cursor.take(FIXED_BYTES);
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
