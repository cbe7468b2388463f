import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDiffId } from '../../../src/model/digest.ts';
import type { SourceImage } from '../../../src/model/image-config.ts';
import { buildImageConfig, historyComment } from '../../../src/oci/image-config.ts';
import { parseImageConfig } from '../../../src/oci/schemas.ts';

const DIFF_ID = parseDiffId(`sha256:${'1'.repeat(64)}`);
const image: SourceImage = {
  document: { author: 'Jane', 'os.version': '1', unknown: { b: 1, a: null } },
  runtimeConfig: { Shell: ['/bin/bash'], Env: ['B=2', 'A=1'], Healthcheck: { Test: ['NONE'] }, New: 5 },
  platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  annotations: { not: 'here' },
  createdSeconds: undefined,
};
const layers = [
  { diffId: DIFF_ID, componentNames: ['dpkg/bash', 'dpkg/coreutils'] },
  { diffId: DIFF_ID, componentNames: ['unclaimed'] },
];

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

describe('buildImageConfig', () => {
  it('keeps every field that came in and adds the layers', () => {
    const { bytes } = buildImageConfig({ image, createdSeconds: 0, layers });
    expect(JSON.parse(text(bytes))).toEqual({
      created: '1970-01-01T00:00:00Z',
      architecture: 'arm',
      variant: 'v7',
      os: 'linux',
      ...image.document,
      config: image.runtimeConfig,
      rootfs: { type: 'layers', diff_ids: [DIFF_ID, DIFF_ID] },
      history: [
        { created: '1970-01-01T00:00:00Z', created_by: 'layah', comment: 'dpkg/bash, dpkg/coreutils' },
        { created: '1970-01-01T00:00:00Z', created_by: 'layah', comment: 'unclaimed' },
      ],
    });
  });

  it('describes its bytes', () => {
    const { bytes, descriptor } = buildImageConfig({ image, createdSeconds: 0, layers });
    expect(descriptor).toEqual({
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      size: bytes.byteLength,
    });
  });

  it('gives the same bytes whatever the order of the members was', () => {
    const shuffled: SourceImage = {
      ...image,
      document: { unknown: { a: null, b: 1 }, 'os.version': '1', author: 'Jane' },
      runtimeConfig: { New: 5, Healthcheck: { Test: ['NONE'] }, Env: ['B=2', 'A=1'], Shell: ['/bin/bash'] },
    };
    const first = buildImageConfig({ image, createdSeconds: 0, layers });
    expect(text(buildImageConfig({ image: shuffled, createdSeconds: 0, layers }).bytes)).toBe(
      text(first.bytes),
    );
  });

  it('has an empty config where none came in, and can be read back', () => {
    const input = { image: { ...image, runtimeConfig: undefined }, createdSeconds: 5, layers: [] };
    const { bytes } = buildImageConfig(input);
    expect(parseImageConfig(bytes, 'config')).toMatchObject({
      created: '1970-01-01T00:00:05Z',
      config: {},
      rootfs: { diff_ids: [] },
    });
  });

  it('keeps a member called __proto__ and text outside of ASCII', () => {
    const runtimeConfig = JSON.parse('{"Labels":{"__proto__":"é\\ud83d\\ude00"}}');
    const { bytes } = buildImageConfig({ image: { ...image, runtimeConfig }, createdSeconds: 0, layers });
    expect(text(bytes)).toContain('"config":{"Labels":{"__proto__":"é😀"}}');
  });

  it('writes years up to 9999 and refuses what lies beyond', () => {
    const created = (createdSeconds: number): unknown =>
      JSON.parse(text(buildImageConfig({ image, createdSeconds, layers: [] }).bytes)).created;
    expect(created(253_402_300_799)).toBe('9999-12-31T23:59:59Z');
    expect(() => created(253_402_300_800)).toThrow(
      'the creation time 253402300800 does not lie between the years 1970 and 9999',
    );
    expect(() => created(-1)).toThrow('the creation time -1 does not lie');
    expect(() => created(0.5)).toThrow('the creation time 0.5 does not lie');
  });
});

describe('historyComment', () => {
  it('names everything as long as it is short', () => {
    expect(historyComment(['a', 'b'])).toBe('a, b');
    expect(historyComment(['x'.repeat(200)])).toBe('x'.repeat(200));
    expect(historyComment([])).toBe('');
  });

  it('says how many more there are', () => {
    const names = Array.from({ length: 100 }, (_, index) => `dpkg/package-${index}`);
    const comment = historyComment(names);
    expect(comment).toMatch(/^dpkg\/package-0, .*dpkg\/package-11 and 88 more$/);
    expect(comment.length).toBeLessThan(220);
  });

  it('shortens a single name that is too long, and cuts no character in two', () => {
    expect(historyComment(['😀'.repeat(150)])).toBe('😀'.repeat(150));
    expect(historyComment(['x'.repeat(300), 'b', 'c'])).toBe(`${'x'.repeat(200)}... and 2 more`);
    expect(historyComment([`${'x'.repeat(199)}😀😀`])).toBe(`${'x'.repeat(199)}😀...`);
  });
});
