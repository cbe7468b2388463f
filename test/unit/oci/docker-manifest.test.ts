import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { buildDockerManifest } from '../../../src/oci/docker-manifest.ts';

const config = parseDigest(`sha256:${'c'.repeat(64)}`);
const layers = ['a', 'b'].map((letter) => parseDigest(`sha256:${letter.repeat(64)}`));

function textFor(tag: string | undefined): string {
  return Buffer.from(buildDockerManifest({ config, layers, tag })).toString('utf8');
}

function repoTags(tag: string): unknown {
  return JSON.parse(textFor(tag))[0].RepoTags;
}

describe('buildDockerManifest', () => {
  it('points at the blobs of the OCI layout', () => {
    expect(textFor('localhost/app:1')).toBe(
      `[{"Config":"blobs/sha256/${'c'.repeat(64)}","RepoTags":["localhost/app:1"],` +
        `"Layers":["blobs/sha256/${'a'.repeat(64)}","blobs/sha256/${'b'.repeat(64)}"]}]`,
    );
  });

  it('has no names for an image without a tag', () => {
    expect(JSON.parse(textFor(undefined))[0].RepoTags).toBeNull();
  });

  it('completes a name without a tag, which Docker refuses', () => {
    expect(repoTags('app')).toEqual(['app:latest']);
    expect(repoTags('127.0.0.1:5000/app')).toEqual(['127.0.0.1:5000/app:latest']);
    expect(repoTags('127.0.0.1:5000/app:1')).toEqual(['127.0.0.1:5000/app:1']);
  });
});
