import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createBlobCursor } from '../../../src/images/blob-cursor.ts';
import { createMemberReader, type InflatedMember } from '../../../src/images/gzip-members.ts';

interface ReadMembers {
  readonly members: readonly InflatedMember[];
  readonly content: Buffer;
}

interface ReadSettings {
  readonly pieceBytes?: number;
  /** Where each member is said to end. */
  readonly ends?: readonly number[];
}

async function readMembers(blob: Buffer, settings: ReadSettings = {}): Promise<ReadMembers> {
  const cursor = createBlobCursor(pieces(blob, settings.pieceBytes ?? 1 << 20));
  const content: Buffer[] = [];
  const reader = createMemberReader(cursor, (chunk) => content.push(chunk));
  const members: InflatedMember[] = [];
  for (;;) {
    const member = await reader.next(settings.ends?.[members.length]);
    if (member === undefined) return { members, content: Buffer.concat(content) };
    members.push(member);
  }
}

async function* pieces(blob: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < blob.length; offset += pieceBytes) {
    yield blob.subarray(offset, offset + pieceBytes);
  }
}

const TEXT = Buffer.from('content\n'.repeat(5000));
const NOISE = randomBytes(100_000);
const members = [TEXT, NOISE, Buffer.alloc(0), TEXT].map((content) => gzipSync(content));
const blob = Buffer.concat(members);
const offsets = members.map((_, index) => Buffer.concat(members.slice(0, index)).length);
const ends = [...offsets.slice(1), blob.length];

/** A member with every optional field of the header (RFC 1952). */
function decoratedMember(content: Buffer): Buffer {
  const plain = gzipSync(content);
  const header = Buffer.from('1f8b081f0000000000ff', 'hex');
  const fields = Buffer.from('\u0003\0abcname\0comment\0\u0001\u0002', 'latin1');
  return Buffer.concat([header, fields, plain.subarray(10)]);
}

describe('members', () => {
  it.each([
    ['one by one without a hint', undefined],
    ['at once where the ends are known', ends],
    ['where the ends that are said to be known are too late', ends.map(() => blob.length)],
    ['where they are too early', ends.map((end) => end - 20)],
    ['where they are before the member', ends.map(() => 1)],
  ])('are inflated %s', async (_, said) => {
    for (const pieceBytes of [1 << 20, 1000, 7]) {
      const result = await readMembers(blob, { pieceBytes, ...(said === undefined ? {} : { ends: said }) });
      expect(result.members.map(({ offset }) => offset)).toEqual(offsets);
      expect(result.members.map(({ uncompressedBytes }) => uncompressedBytes)).toEqual([
        40_000, 100_000, 0, 40_000,
      ]);
      expect(result.content.equals(Buffer.concat([TEXT, NOISE, TEXT]))).toBe(true);
    }
  });

  it('with every optional header field are inflated', async () => {
    const decorated = Buffer.concat([decoratedMember(TEXT), decoratedMember(NOISE)]);
    for (const pieceBytes of [37, 1 << 20]) {
      expect(
        (await readMembers(decorated, { pieceBytes })).content.equals(Buffer.concat([TEXT, NOISE])),
      ).toBe(true);
    }
  });

  it('that inflate to more than is held at once come in pieces', async () => {
    const zeros = gzipSync(Buffer.alloc(80 << 20), { level: 9 });
    const reader = createMemberReader(createBlobCursor(pieces(zeros, 1 << 20)), (chunk) => {
      largest = Math.max(largest, chunk.length);
    });
    let largest = 0;
    expect(await reader.next(zeros.length)).toEqual({ offset: 0, uncompressedBytes: 80 << 20 });
    expect(largest).toBeLessThanOrEqual(64 << 10);
  });
});

describe('damage', () => {
  const edited = (edit: (member: Buffer) => Buffer | void): Buffer => {
    const copy = Buffer.from(members[0] ?? []);
    return Buffer.concat([edit(copy) ?? copy, members[1] ?? Buffer.alloc(0)]);
  };
  const cases: readonly (readonly [string, Buffer, string])[] = [
    [
      'bytes after a member',
      edited((member) => Buffer.concat([member, Buffer.from('x')])),
      'no gzip member begins here',
    ],
    [
      'zeros after a member, which gunzip lets pass',
      edited((member) => Buffer.concat([member, Buffer.alloc(3)])),
      'no gzip member begins here',
    ],
    [
      'a wrong CRC',
      edited((member) => void member.writeUInt32LE(1, member.length - 8)),
      'its CRC-32 does not match its content',
    ],
    [
      'a wrong size field',
      edited((member) => void member.writeUInt32LE(1, member.length - 4)),
      'its size field does not match its content',
    ],
    [
      'a block type that does not exist',
      edited((member) => void member.writeUInt8(0x07, 10)),
      'it does not inflate: invalid block type',
    ],
    ['unknown flags', edited((member) => void member.writeUInt8(0x20, 3)), 'its header has unknown flags'],
  ];

  it.each(cases)('%s is an error', async (_, damaged, message) => {
    await expect(readMembers(damaged)).rejects.toThrow(message);
    await expect(readMembers(damaged, { ends: [members[0]?.length ?? 0] })).rejects.toThrow(message);
  });

  it('a member that is cut off anywhere is an error', async () => {
    const member = decoratedMember(Buffer.from('content'));
    for (let bytes = 1; bytes < member.length; bytes++) {
      await expect(readMembers(member.subarray(0, bytes)), `${bytes} bytes`).rejects.toThrow(
        /^gzip member at offset 0: (it is cut off|its header is cut off|no gzip member begins here|the (name|comment) in its header does not end)$/,
      );
    }
  });

  it('the error names the offset of the member', async () => {
    const damaged = Buffer.concat([blob, gzipSync(TEXT).subarray(0, 40)]);
    await expect(readMembers(damaged)).rejects.toThrow(`gzip member at offset ${blob.length}: it is cut off`);
  });

  it('a name in the header that never ends is not read for ever', async () => {
    const header = Buffer.from('1f8b08080000000000ff', 'hex');
    const endless = Buffer.concat([header, Buffer.alloc(1 << 20, 'x'), deflateRawSync(TEXT)]);
    await expect(readMembers(endless)).rejects.toThrow('the name in its header does not end');
  });
});
