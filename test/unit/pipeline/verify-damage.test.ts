/* One byte of an image becomes another: that is always found, and its code says which part was hit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LayahError } from '../../../src/model/errors.ts';
import type { FindingCode } from '../../../src/model/finding.ts';
import { type BlobParts, buildLayer, type BuiltLayer, DEFAULT_ENTRIES } from '../images/layer-builder.ts';
import { blobName, type LayoutFiles, writeDirectory } from '../images/layouts.ts';
import { expectedCode, type LayerMember, type Region, regionOf } from './damage-regions.ts';
import { imageFiles, verifyAt } from './verify-images.ts';

const PLACES = 500;
const TAG = 'registry.example/app:1';

/** Content that compresses, but to more than a few bytes. */
function words(seed: number, count: number): string {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => Math.floor(random() * 5000).toString(36)).join(' ');
}

/** mulberry32: the same places in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ENTRIES = [
  ...DEFAULT_ENTRIES,
  { name: 'usr/', type: 'directory', mode: 0o755 },
  { name: 'usr/text', content: words(1, 900), xattrs: { 'user.key': 'a value' } },
  { name: 'usr/other', content: words(2, 300) },
] as const;

interface Member extends LayerMember {
  readonly file: string;
}

const members: Member[] = [];

/** A layer whose members are noted: compressed, or stored so that each byte stands where it stood in the tar. */
function noteLayer(stored: boolean): BuiltLayer {
  let parts: BlobParts | undefined;
  const layer = buildLayer({
    entries: ENTRIES,
    chunkBytes: 1500,
    ...(stored && { editCompressed: (member) => gzipSync(gunzipSync(member), { level: 0 }) }),
    editBlob: (blob, found) => {
      parts = found;
      return blob;
    },
  });
  if (parts !== undefined) noteMembers(layer, parts);
  return layer;
}

function noteMembers({ blob, descriptor }: BuiltLayer, { memberOffsets, ...rest }: BlobParts): void {
  const { tocOffset, footerOffset } = rest;
  const toc: unknown = JSON.parse(
    gunzipSync(blob.subarray(tocOffset, footerOffset)).toString('utf8', 512).replace(/\0+$/, ''),
  );
  const offsets = [...memberOffsets, tocOffset, footerOffset, blob.length];
  for (const [index, offset] of offsets.slice(0, -1).entries()) {
    const bytes = blob.subarray(offset, offsets[index + 1]);
    const role =
      offset === footerOffset ? 'footer' : offset === tocOffset ? 'toc' : index === 0 ? 'headers' : 'payload';
    const jsonBytes = Buffer.byteLength(JSON.stringify(toc));
    const meantBytes = role === 'toc' ? 512 + jsonBytes : role === 'payload' ? payloadBytes(toc, offset) : 0;
    members.push({ file: blobName(descriptor.digest), offset, bytes, role, meantBytes });
  }
}

interface Row {
  readonly offset?: number;
  readonly size?: number;
  readonly chunkSize?: number;
  readonly chunkOffset?: number;
}

function payloadBytes(toc: unknown, offset: number): number {
  const { entries } = toc as { entries: readonly Row[] };
  const at = entries.findIndex((row) => row.offset === offset);
  const row = entries[at] ?? {};
  const file = entries.slice(0, at + 1).findLast(({ size }) => size !== undefined);
  return row.chunkSize ?? (file?.size ?? 0) - (row.chunkOffset ?? 0);
}

const files: LayoutFiles = imageFiles({
  layers: [noteLayer(false), noteLayer(true)],
  editDescriptor: (descriptor) => ({
    ...descriptor,
    annotations: { 'io.containerd.image.name': TAG, 'org.opencontainers.image.ref.name': TAG },
  }),
});
const documents = new Map<string, FindingCode>(
  Object.entries(files).flatMap(([name, content]): [string, FindingCode][] => {
    if (!name.startsWith('blobs/') || members.some(({ file }) => file === name)) return [];
    return [[name, String(content).includes('"rootfs"') ? 'config-digest' : 'manifest-digest']];
  }),
);

let directory: string;
beforeAll(() => {
  directory = writeDirectory(mkdtempSync(join(tmpdir(), 'layah-damage-')), files);
});
afterAll(() => rmSync(directory, { recursive: true }));

async function verifyDamaged(name: string, bytes: Buffer): Promise<readonly FindingCode[]> {
  writeFileSync(join(directory, name), bytes);
  try {
    const report = await verifyAt({ image: { kind: 'oci-directory', path: directory } });
    return report.findings.map(({ code }) => code);
  } finally {
    writeFileSync(join(directory, name), files[name] ?? '');
  }
}

interface Place {
  readonly name: string;
  readonly at: number;
  readonly xor: number;
}

/** Half of them anywhere, half of them in the parts that few bytes of the image belong to. */
function places(count: number): Place[] {
  const random = randomNumbers(6);
  const pick = <Value>(values: readonly Value[]): Value => {
    const value = values[Math.floor(random() * values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  };
  const names = Object.keys(files);
  const anywhere = names.flatMap(
    (name) => Array(Buffer.byteLength(files[name] ?? '')).fill(name) as string[],
  );
  return Array.from({ length: count }, (_, index): Place => {
    const xor = 1 + Math.floor(random() * 255);
    if (index % 2 === 0) {
      const name = pick(anywhere);
      return { name, at: Math.floor(random() * Buffer.byteLength(files[name] ?? '')), xor };
    }
    if (index % 4 === 1) {
      const { file, offset, bytes } = pick(members);
      const edge = Math.floor(random() * 18);
      return { name: file, at: offset + (edge < 10 ? edge : bytes.length - 18 + edge), xor };
    }
    const name = pick(names.filter((each) => !members.some(({ file }) => file === each)));
    return { name, at: Math.floor(random() * Buffer.byteLength(files[name] ?? '')), xor };
  });
}

/** What the index still says when it is damaged. */
function expectedOfIndex(bytes: Buffer): FindingCode {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const [damaged] = (JSON.parse(text) as { manifests: { digest: string; size: number }[] }).manifests;
    const [right] = (JSON.parse(String(files['index.json'])) as { manifests: (typeof damaged)[] }).manifests;
    if (/^sha256:[0-9a-f]{64}$/.test(damaged?.digest ?? '') && damaged?.digest !== right?.digest) {
      return 'missing-blob';
    }
    if (Number.isInteger(damaged?.size) && damaged?.size !== right?.size) return 'blob-size';
  } catch {
    // Everything else is the index's own fault.
  }
  return 'index';
}

async function expected(place: Place, damaged: Buffer): Promise<{ code: FindingCode; region: Region }> {
  const { name, at } = place;
  const code = documents.get(name);
  if (code !== undefined) return { code, region: 'document' };
  const member = members.findLast(({ file, offset }) => file === name && offset <= at);
  if (member === undefined) return { code: expectedOfIndex(damaged), region: 'document' };
  const region = regionOf(member, at);
  const part = damaged.subarray(member.offset, member.offset + member.bytes.length);
  return { code: await expectedCode(member, part, region), region };
}

describe('a byte of an image that became another', () => {
  it('has nothing to do with an image that is whole', async () => {
    expect((await verifyAt({ image: { kind: 'oci-directory', path: directory } })).findings).toEqual([]);
  });

  it(`is found at ${PLACES} places, and named by the part that it belongs to`, async () => {
    const regions = new Map<string, number>();
    const wrong: string[] = [];
    for (const place of places(PLACES)) {
      const { name, at, xor } = place;
      const damaged = Buffer.from(files[name] ?? '');
      damaged[at] = (damaged[at] ?? 0) ^ xor;
      if (name === 'oci-layout') {
        await expect(verifyDamaged(name, damaged)).rejects.toThrow(LayahError);
        continue;
      }
      const { code, region } = await expected(place, damaged);
      regions.set(region, (regions.get(region) ?? 0) + 1);
      const codes = await verifyDamaged(name, damaged);
      if (codes[0] !== code)
        wrong.push(`${name} byte ${at} xor ${xor} (${region}): ${codes.join(' ')}, not ${code}`);
    }
    expect(wrong).toEqual([]);
    expect(regions.size).toBe(7);
    expect(Math.min(...regions.values())).toBeGreaterThan(5);
    // Five hundred images are verified.
  }, 120_000);
});
