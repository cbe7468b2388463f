/* Which part of an image a byte belongs to, found out without the code that is tested. */
import { once } from 'node:events';
import { createInflateRaw } from 'node:zlib';
import type { FindingCode } from '../../../src/model/finding.ts';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

/** One gzip member of a layer as it was before the damage. */
export interface LayerMember {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly role: 'headers' | 'payload' | 'toc' | 'footer';
  /** How many of its uncompressed bytes are payload, or the TOC's JSON and what leads to it. */
  readonly meantBytes: number;
}

export type Region =
  'footer' | 'gzip header' | 'gzip trailer' | 'payload data' | 'TOC data' | 'tar headers data' | 'document';

export function regionOf({ offset, bytes, role }: LayerMember, at: number): Region {
  if (role === 'footer') return 'footer';
  if (at - offset < HEADER_BYTES) return 'gzip header';
  if (at - offset >= bytes.length - TRAILER_BYTES) return 'gzip trailer';
  return { headers: 'tar headers data', payload: 'payload data', toc: 'TOC data' }[role] as Region;
}

/** What has to be reported first when a member became `damaged`. */
export async function expectedCode(
  member: LayerMember,
  damaged: Buffer,
  region: Region,
): Promise<FindingCode> {
  if (region === 'footer') return 'footer';
  if (region === 'gzip header' || region === 'gzip trailer') return 'gzip';
  const before = await inflate(member.bytes);
  const after = await inflate(damaged);
  const meant = before.content.subarray(0, member.meantBytes);
  const isMeantRight = after.content.subarray(0, meant.length).equals(meant);
  const code = { headers: 'tar', payload: 'payload', toc: 'toc', footer: 'footer' } as const;
  if (!isMeantRight) return code[member.role];
  const isSame = after.usedBytes === before.usedBytes && after.content.equals(before.content);
  return isSame ? 'gzip' : 'tar';
}

/** As much as there is; `usedBytes` is undefined when it does not end. */
async function inflate(member: Buffer): Promise<{ content: Buffer; usedBytes: number | undefined }> {
  const engine = createInflateRaw();
  const pieces: Buffer[] = [];
  engine.on('data', (piece: Buffer) => pieces.push(piece));
  const ended = once(engine, 'end').then(
    () => engine.bytesWritten,
    () => undefined,
  );
  engine.end(member.subarray(HEADER_BYTES));
  return { usedBytes: await ended, content: Buffer.concat(pieces) };
}
