import { describe, expect, it } from 'vitest';
import type { ImageStore } from '../../../src/images/image-store.ts';
import { selectForPlatform, selectManifest } from '../../../src/images/select-manifest.ts';
import { describeBytes, indexOf, type JsonDescriptor, OCI } from './layouts.ts';
import { memoryStore } from './memory-store.ts';

function manifest(text: string, more: Partial<JsonDescriptor> = {}): JsonDescriptor {
  return { ...describeBytes(OCI.manifest, Buffer.from(text)), ...more };
}

const named = (name: string) => ({ annotations: { 'org.opencontainers.image.ref.name': name } });
const platform = (architecture: string, os = 'linux') => ({ platform: { os, architecture } });

/** An image whose top index lists these, and which holds these nested indexes. */
function image(manifests: readonly JsonDescriptor[], nested: readonly Buffer[] = []): ImageStore {
  return memoryStore({ index: indexOf(manifests), blobs: nested });
}

const amd64 = manifest('amd64', platform('amd64'));
const arm64 = manifest('arm64', { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } });
const platforms = indexOf([amd64, arm64]);
const nestedIndex = describeBytes(OCI.index, platforms);

describe('selectManifest', () => {
  it('takes the only image', async () => {
    const only = manifest('only', named('latest'));
    expect(await selectManifest(image([only]), undefined)).toEqual(only);
  });

  it('takes the image with the tag', async () => {
    const [a, b] = [manifest('a', named('a')), manifest('b', named('b'))];
    expect(await selectManifest(image([a, b]), 'b')).toEqual(b);
  });

  it('takes the image by containerd name or by digest', async () => {
    const a = manifest('a', { annotations: { 'io.containerd.image.name': 'registry.example/a:1' } });
    const store = image([a, manifest('b')]);
    expect(await selectManifest(store, 'registry.example/a:1')).toEqual(a);
    expect(await selectManifest(store, a.digest)).toEqual(a);
  });

  it('follows a nested index', async () => {
    const single = indexOf([amd64]);
    expect(await selectManifest(image([describeBytes(OCI.index, single)], [single]), undefined)).toEqual(
      amd64,
    );
  });

  it('passes over the attestations of BuildKit', async () => {
    const attestation = manifest('attestation', {
      ...platform('unknown', 'unknown'),
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    });
    expect(await selectManifest(image([amd64, attestation]), undefined)).toEqual(amd64);
  });

  it('lists the images when there are several and no tag is given', async () => {
    const [a, b] = [manifest('a', named('a')), manifest('b', platform('s390x'))];
    await expect(selectManifest(image([a, b]), undefined)).rejects.toMatchObject({
      code: 'bad-image',
      message: `memory has 2 images: "a" ${a.digest}; unnamed linux/s390x ${b.digest}`,
      hint: 'Say which one with --tag: a name, or the digest of its manifest.',
    });
  });

  it('lists the images when the tag is not among them', async () => {
    const a = manifest('a', named('a'));
    await expect(selectManifest(image([a]), 'b')).rejects.toThrow(
      `no image of memory is called "b": "a" ${a.digest}`,
    );
  });

  it('lists the platforms when the tag names an image of several', async () => {
    const store = image([{ ...nestedIndex, ...named('multi') }], [platforms]);
    await expect(selectManifest(store, 'multi')).rejects.toThrow(
      `memory has 2 images called "multi": "multi" linux/amd64 ${amd64.digest}; "multi" linux/arm64/v8 ${arm64.digest}`,
    );
    expect(await selectManifest(store, arm64.digest)).toEqual(arm64);
  });

  it('says that an index is empty', async () => {
    await expect(selectManifest(image([]), undefined)).rejects.toThrow('the index of memory lists no image');
  });

  it('refuses a nested index that is not what its digest says', async () => {
    const lying = { ...nestedIndex, size: nestedIndex.size + 1 };
    await expect(selectManifest(image([lying], [platforms]), undefined)).rejects.toThrow(
      `the blob ${nestedIndex.digest} of memory is not what its digest and size say`,
    );
  });

  it('says that a nested index is missing', async () => {
    await expect(selectManifest(image([nestedIndex]), undefined)).rejects.toThrow(
      `the blob ${nestedIndex.digest} is not in memory`,
    );
  });

  it('does not follow indexes for ever', async () => {
    const nested = Array.from({ length: 101 }, (_, index) => indexOf([manifest(String(index))]));
    const store = image(
      nested.map((bytes) => describeBytes(OCI.index, bytes)),
      nested,
    );
    await expect(selectManifest(store, undefined)).rejects.toThrow('memory has more than 100 nested indexes');
  });
});

describe('selectForPlatform', () => {
  const here = { os: 'linux', architecture: 'amd64' };

  it('takes the only image, whatever it is for', async () => {
    expect(await selectForPlatform(image([arm64]), here)).toEqual(arm64);
    const twice = [manifest('a', named('one')), manifest('a', named('two'))];
    expect(await selectForPlatform(image(twice), here)).toMatchObject({ digest: twice[0]?.digest });
  });

  it('takes the image for the platform out of several', async () => {
    const store = image([nestedIndex], [platforms]);
    expect(await selectForPlatform(store, here)).toEqual(amd64);
    expect(await selectForPlatform(store, { os: 'linux', architecture: 'arm64' })).toEqual(arm64);
    const v8 = { os: 'linux', architecture: 'arm64', variant: 'v8' };
    expect(await selectForPlatform(store, v8)).toEqual(arm64);
  });

  it('lists them when none or several are for it', async () => {
    const none = selectForPlatform(image([nestedIndex], [platforms]), { os: 'linux', architecture: 's390x' });
    await expect(none).rejects.toMatchObject({
      message: `memory has 2 images, 0 of them for linux/s390x: unnamed linux/amd64 ${amd64.digest}; unnamed linux/arm64/v8 ${arm64.digest}`,
      hint: 'Say which one by its name or digest: oci:DIR:NAME, oci-archive:FILE:NAME, docker-archive:FILE:NAME, docker://REGISTRY/NAME@DIGEST.',
    });
    const several = [manifest('a', platform('amd64')), manifest('b', platform('amd64'))];
    await expect(selectForPlatform(image(several), here)).rejects.toThrow(
      'memory has 2 images, 2 of them for linux/amd64',
    );
    await expect(selectForPlatform(image([]), here)).rejects.toThrow('the index of memory lists no image');
  });
});
