import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { buildImageIndex, OCI_LAYOUT_CONTENT } from '../../../src/oci/image-index.ts';
import { checkOciLayout, parseImageIndex } from '../../../src/oci/schemas.ts';

const manifest = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: parseDigest(`sha256:${'a'.repeat(64)}`),
  size: 99,
};
const platform = { os: 'linux', architecture: 'arm', variant: 'v7' };

function indexText(tag: string | undefined): string {
  return Buffer.from(buildImageIndex({ manifest, platform, tag }).bytes).toString('utf8');
}

function annotations(tag: string): unknown {
  return JSON.parse(indexText(tag)).manifests[0].annotations;
}

describe('buildImageIndex', () => {
  it('has one manifest with its platform', () => {
    expect(indexText(undefined)).toBe(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[' +
        `{"mediaType":"${manifest.mediaType}","digest":"${manifest.digest}","size":99,` +
        '"platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}',
    );
  });

  it('carries the tag as written, and for containerd the full name', () => {
    expect(annotations('localhost/app')).toEqual({
      'io.containerd.image.name': 'localhost/app:latest',
      'org.opencontainers.image.ref.name': 'localhost/app',
    });
  });

  it('leaves a short name to podman, which puts localhost/ before it', () => {
    expect(annotations('app:1')).toEqual({ 'org.opencontainers.image.ref.name': 'app:1' });
  });

  it('names the TOC image of an image in an entry of its own', () => {
    const tocManifest = { ...manifest, digest: parseDigest(`sha256:${'b'.repeat(64)}`), size: 7 };
    const document = buildImageIndex({ manifest, platform, tag: 'localhost/app', tocManifest });
    expect(JSON.parse(Buffer.from(document.bytes).toString('utf8')).manifests[1]).toEqual({
      ...tocManifest,
      annotations: {
        'io.containerd.image.name': 'localhost/app:latest-esgztoc',
        'org.opencontainers.image.ref.name': 'localhost/app:latest-esgztoc',
      },
    });
  });

  it('can be read back', () => {
    const { bytes } = buildImageIndex({ manifest, platform, tag: 'app:1' });
    expect(parseImageIndex(bytes, 'index.json').manifests[0]).toMatchObject({ ...manifest, platform });
  });
});

describe('OCI_LAYOUT_CONTENT', () => {
  it('is what image-layout.md asks for', () => {
    expect(() => checkOciLayout(Buffer.from(OCI_LAYOUT_CONTENT), 'oci-layout')).not.toThrow();
    expect(() => checkOciLayout(Buffer.from('{"imageLayoutVersion":"2"}'), 'oci-layout')).toThrow(
      'oci-layout: imageLayoutVersion: invalid input: expected "1.0.0"',
    );
  });
});
