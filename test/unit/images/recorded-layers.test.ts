import { describe, expect, it } from 'vitest';
import { readRecordedLayers } from '../../../src/images/recorded-layers.ts';
import { parseManifest } from '../../../src/oci/schemas.ts';
import { describeBytes, OCI } from './layouts.ts';

interface Annotated {
  readonly names?: string;
  readonly fingerprints?: string;
  readonly engine?: string;
}

function read(...layers: Annotated[]): ReturnType<typeof readRecordedLayers> {
  const manifest = {
    schemaVersion: 2,
    config: describeBytes(OCI.config, Buffer.from('{}')),
    layers: layers.map(({ names, fingerprints, engine }, index) =>
      Object.assign(describeBytes(OCI.layer, Buffer.from(String(index))), {
        annotations: {
          ...(names !== undefined && { 'org.layah.component': names }),
          ...(fingerprints !== undefined && { 'org.layah.fingerprint': fingerprints }),
          ...(engine !== undefined && { 'org.layah.deflate': engine }),
        },
      }),
    ),
  };
  return readRecordedLayers(parseManifest(Buffer.from(JSON.stringify(manifest)), 'manifest'));
}

function problem(...layers: Annotated[]): string {
  const recorded = read(...layers);
  return recorded.kind === 'unusable' ? recorded.problem.replace(/sha256:\w+/, 'DIGEST') : 'none';
}

const good = { names: 'dpkg/bash,a%2Cb', fingerprints: 'AAAAAAAA,-_-_-_-_' };

describe('readRecordedLayers', () => {
  it('reads names and fingerprints of every layer, and what deflated them', () => {
    const engine = 'zlib level=6 fingerprint=0';
    const others = { fingerprints: 'x', engine };
    expect(read(good, { names: 'c', ...others }, { names: 'd', ...others })).toEqual({
      kind: 'image',
      image: {
        layers: [
          {
            components: [
              { name: 'dpkg/bash', fingerprint: 'AAAAAAAA' },
              { name: 'a,b', fingerprint: '-_-_-_-_' },
            ],
          },
          { components: [{ name: 'c', fingerprint: 'x' }] },
          { components: [{ name: 'd', fingerprint: 'x' }] },
        ],
        engines: [engine],
      },
    });
  });

  it('says that an image is of others, or has been compressed anew', () => {
    const text =
      'none of its layers says what it holds: it was not written by layah, or podman has compressed its layers anew';
    expect(problem({}, {})).toBe(text);
    expect(problem()).toBe(text);
    expect(problem({ fingerprints: 'x' })).toBe(text);
  });

  it('says which layer lacks an annotation', () => {
    expect(problem(good, {})).toBe('layer DIGEST: it has no org.layah.component');
    expect(problem({ names: 'a' })).toBe('layer DIGEST: it has no org.layah.fingerprint');
  });

  it('says which annotation makes no sense', () => {
    for (const names of ['', 'a,', 'a,,b', '%', 'a%zz', '%ff']) {
      expect(problem({ names, fingerprints: 'x' })).toBe(
        'layer DIGEST: org.layah.component is no list of component names',
      );
    }
    for (const fingerprints of ['', 'a b', '*', 'x'.repeat(65)]) {
      expect(problem({ names: 'a', fingerprints })).toBe(
        'layer DIGEST: org.layah.fingerprint is no list of fingerprints',
      );
    }
    expect(problem({ names: 'a,b', fingerprints: 'x' })).toBe(
      'layer DIGEST: org.layah.fingerprint has 1 fingerprints for 2 components',
    );
  });

  it('says which name comes twice', () => {
    expect(problem({ names: 'a,a', fingerprints: 'x,y' })).toBe('layer DIGEST: "a" is named twice');
    expect(problem(good, { names: 'dpkg/bash', fingerprints: 'x' })).toBe(
      'layer DIGEST: "dpkg/bash" is named twice',
    );
  });
});
