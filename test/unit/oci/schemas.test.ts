import { describe, expect, it } from 'vitest';
import { parseImageConfig, parseImageIndex, parseManifest } from '../../../src/oci/schemas.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'x', digest, size: 1 };
const manifest = { schemaVersion: 2, config: descriptor, layers: [descriptor] };
const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digest] } };

function bytes(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}

describe('what others wrote', () => {
  it('may have members that nobody knows, and null for nothing', () => {
    expect(parseManifest(bytes({ ...manifest, annotations: null, x: { y: 1 } }), 'm')).toMatchObject({
      annotations: null,
      x: { y: 1 },
    });
    expect(
      parseImageConfig(bytes({ ...config, config: null, history: null, author: 'J' }), 'c'),
    ).toMatchObject({
      author: 'J',
    });
  });

  it('does not pollute other objects', () => {
    const text = '{"schemaVersion":2,"manifests":[],"__proto__":{"polluted":1}}';
    expect(parseImageIndex(Buffer.from(text), 'i')).not.toHaveProperty('polluted');
  });

  it('is refused with the file and the field', () => {
    const wrong: [() => unknown, string][] = [
      [() => parseImageIndex(Buffer.from('{'), 'index.json'), 'index.json is not valid JSON'],
      [() => parseImageIndex(Buffer.from([0xff]), 'index.json'), 'index.json is not valid JSON'],
      [
        () => parseImageIndex(bytes([]), 'index.json'),
        'index.json: the document: invalid input: expected object, received array',
      ],
      [
        () => parseImageIndex(bytes({ schemaVersion: 1, manifests: [] }), 'index.json'),
        'index.json: schemaVersion: invalid input: expected 2',
      ],
      [
        () => parseManifest(bytes({ ...manifest, layers: [{ ...descriptor, digest: 'md5:1' }] }), 'blob b'),
        'blob b: layers[0].digest: is not a SHA-256 digest',
      ],
      [
        () => parseManifest(bytes({ ...manifest, config: { ...descriptor, size: -1 } }), 'blob b'),
        'blob b: config.size: too small: expected number to be >=0',
      ],
      [
        () => parseManifest(bytes({ ...manifest, config: { ...descriptor, size: 2 ** 60 } }), 'blob b'),
        'blob b: config.size: ',
      ],
      [
        () => parseImageConfig(bytes({ ...config, rootfs: { type: 'layers', diff_ids: ['x'] } }), 'blob c'),
        'blob c: rootfs.diff_ids[0]: is not a SHA-256 digest',
      ],
      [
        () => parseImageConfig(bytes({ ...config, os: undefined }), 'blob c'),
        'blob c: os: invalid input: expected string, received undefined',
      ],
    ];
    for (const [parse, message] of wrong) {
      expect(parse).toThrow(
        expect.objectContaining({ code: 'bad-image', message: expect.stringContaining(message) }),
      );
    }
  });

  it('may not have more layers than any runtime could mount', () => {
    const layers = Array.from({ length: 10_001 }, () => descriptor);
    expect(() => parseManifest(bytes({ ...manifest, layers }), 'm')).toThrow('m: layers: too big');
  });
});
