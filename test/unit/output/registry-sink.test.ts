import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import { jsonBlob } from '../../../src/oci/descriptor.ts';
import { INDEX_MEDIA_TYPE, MANIFEST_MEDIA_TYPE } from '../../../src/oci/media-types.ts';
import { openRegistrySink } from '../../../src/output/registry-sink.ts';
import { overwrittenPieces } from './overwritten-pieces.ts';
import { digestOf, type FakeRegistry, reply } from '../registry/fake-registry.ts';
import { failure, fakeRegistry, REPOSITORY, testClock } from '../registry/test-session.ts';

const LAYER = randomBytes(2 << 20);
const DOCKER_MANIFEST = Buffer.from('[]');

function manifestOf(architecture: string) {
  const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, { schemaVersion: 2, config: { architecture }, layers: [] });
  return { ...manifest, platform: { os: 'linux', architecture } };
}

async function open({ host }: FakeRegistry) {
  return openRegistrySink({
    reference: { host, repository: REPOSITORY, version: { kind: 'tag', tag: '1' } },
    access: { tlsVerify: false, authFile: undefined },
    environment: {},
    reporter: silentReporter,
    signal: new AbortController().signal,
    clock: testClock(),
  });
}

async function push(registry: FakeRegistry, architectures: readonly string[]): Promise<Buffer> {
  const sink = await open(registry);
  try {
    const content = () => overwrittenPieces(LAYER, 1 << 16);
    const blob = { digest: parseDigest(digestOf(LAYER)), sizeBytes: LAYER.length, content };
    await sink.writeBlob(blob);
    await sink.writeBlob(blob);
    const manifests = architectures.map(manifestOf);
    for (const manifest of manifests) await sink.writeManifest(manifest);
    const listed = manifests.map(({ descriptor, platform }) => Object.assign({}, descriptor, { platform }));
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX_MEDIA_TYPE, manifests: listed }),
    );
    await sink.finish({ index, dockerManifest: DOCKER_MANIFEST });
    return index;
  } finally {
    await sink.abort();
  }
}

const lines = (registry: FakeRegistry): string[] =>
  registry.lines().map((line) => line.replace(/\?.*/, '').replace(/upload-\d+/, 'ID'));

describe('an image that is pushed', () => {
  it('has its layers first, each asked for and sent once, and its manifest last', async () => {
    const registry = await fakeRegistry();
    await push(registry, ['amd64']);
    expect(lines(registry)).toEqual([
      'GET ',
      // To see whether this user may push.
      `POST ${REPOSITORY}/blobs/uploads/`,
      `DELETE ${REPOSITORY}/blobs/uploads/ID`,
      `HEAD ${REPOSITORY}/blobs/${digestOf(LAYER)}`,
      `POST ${REPOSITORY}/blobs/uploads/`,
      `PATCH ${REPOSITORY}/blobs/uploads/ID`,
      `PUT ${REPOSITORY}/blobs/uploads/ID`,
      `PUT ${REPOSITORY}/manifests/1`,
    ]);
  });

  it('sends no layer that is there already', async () => {
    const registry = await fakeRegistry();
    registry.blobs.set(digestOf(LAYER), LAYER);
    await push(registry, ['amd64']);
    expect(lines(registry).filter((line) => /^(PATCH|PUT) .*\/blobs\//.test(line))).toEqual([]);
  });

  it('for several platforms has its index last, under the tag', async () => {
    const registry = await fakeRegistry();
    const index = await push(registry, ['amd64', 'arm64']);
    const puts = lines(registry).filter((line) => line.includes('/manifests/'));
    const [amd64, arm64] = ['amd64', 'arm64'].map((name) => manifestOf(name).descriptor.digest);
    expect(puts).toEqual([
      `PUT ${REPOSITORY}/manifests/${amd64}`,
      `PUT ${REPOSITORY}/manifests/${arm64}`,
      `PUT ${REPOSITORY}/manifests/1`,
    ]);
    expect(registry.manifests.get('1')).toMatchObject({ mediaType: INDEX_MEDIA_TYPE, bytes: index });
  });

  it('is under no tag when a layer could not be sent', async () => {
    const registry = await fakeRegistry();
    registry.answer(/^PATCH /, (_, response) => reply(response, 403));
    expect(await failure(push(registry, ['amd64']))).toMatch(/answered 403/);
    expect(registry.manifests.size).toBe(0);
  });
});
