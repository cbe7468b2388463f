import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { openRegistryImage } from '../../src/images/registry-store.ts';
import { parseDigest } from '../../src/model/digest.ts';
import { LayahError } from '../../src/model/errors.ts';
import type { RegistryAccess, RegistryReference } from '../../src/model/registry-reference.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { jsonBlob } from '../../src/oci/descriptor.ts';
import { MANIFEST_MEDIA_TYPE } from '../../src/oci/media-types.ts';
import { openRegistrySink } from '../../src/output/registry-sink.ts';
import { contentDigest } from '../../src/registry/manifests.ts';
import { run } from './layah.ts';
import { testWith } from './needs.ts';
import { REGISTRY_PROGRAM, type RegistryServer, withRegistryServer } from './registry-server.ts';

const INSECURE: RegistryAccess = { tlsVerify: false, authFile: undefined };
const REPOSITORY = 'layah/transport';
const EMPTY_CONFIG = Buffer.from(
  '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
);

interface Push {
  readonly access?: RegistryAccess;
  readonly environment?: Record<string, string>;
  readonly repository?: string;
  readonly mountFrom?: string;
  readonly onProgress?: (stage: string, done: number) => void;
}

function settings(host: string, push: Push = {}) {
  const { access = INSECURE, environment = {}, repository = REPOSITORY, onProgress } = push;
  const reference: RegistryReference = { host, repository, version: { kind: 'tag', tag: '1' } };
  const reporter = { ...silentReporter, ...(onProgress && { progress: onProgress }) };
  return { reference, access, environment, reporter, signal: new AbortController().signal };
}

/** An image of one layer with these bytes. @returns the digest of its manifest. */
async function pushImage(host: string, layer: Buffer, push: Push = {}): Promise<string> {
  const sink = await openRegistrySink({
    ...settings(host, push),
    ...(push.mountFrom !== undefined && { mountFrom: push.mountFrom }),
  });
  const blob = (bytes: Buffer) => ({
    digest: contentDigest(bytes),
    sizeBytes: bytes.length,
    content: () => piecesOf(bytes),
  });
  try {
    await sink.writeBlob(blob(layer));
    await sink.writeBlob(blob(EMPTY_CONFIG));
    const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, {
      schemaVersion: 2,
      mediaType: MANIFEST_MEDIA_TYPE,
      config: descriptor('application/vnd.oci.image.config.v1+json', EMPTY_CONFIG),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar', layer)],
    });
    await sink.writeManifest(manifest);
    const index = { schemaVersion: 2, manifests: [manifest.descriptor] };
    await sink.finish({
      index: Buffer.from(JSON.stringify(index)),
      dockerManifest: Buffer.from('[]'),
      tocManifest: undefined,
    });
    return manifest.descriptor.digest;
  } finally {
    await sink.abort();
  }
}

function descriptor(mediaType: string, bytes: Buffer): object {
  return { mediaType, digest: contentDigest(bytes), size: bytes.length };
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
}

async function pullLayer(host: string, layer: Buffer, push: Push = {}): Promise<Buffer> {
  const store = await openRegistryImage(settings(host, push));
  try {
    const content = await store.readBlob(contentDigest(layer), layer.length);
    return Buffer.concat(await content.toArray());
  } finally {
    await store.close();
  }
}

async function failure(work: Promise<unknown>): Promise<{ message: string; hint: string | undefined }> {
  const thrown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof LayahError) return { message: thrown.message, hint: thrown.hint };
  throw new Error('it did not fail as it should', { cause: thrown });
}

async function directoryFor(name: string): Promise<string> {
  const directory = join(inject('runDirectory'), `transport-${name}`);
  await mkdir(directory, { recursive: true });
  return directory;
}

const uploads = async (server: RegistryServer): Promise<string[]> =>
  (await server.requests()).filter((line) => /"(?:PATCH|PUT|POST) [^"]*\/blobs\/uploads/.test(line));

describe('a registry on plain HTTP', () => {
  testWith(
    [REGISTRY_PROGRAM, 'curl', 'skopeo'],
    'gets an image that skopeo reads, and gives it back',
    async () => {
      const directory = await directoryFor('plain');
      const layer = randomBytes(5 << 20);
      await withRegistryServer({ directory }, async ({ host }) => {
        const manifest = await pushImage(host, layer);
        const reference = `docker://${host}/${REPOSITORY}:1`;
        const inspected: unknown = JSON.parse(
          await run('skopeo', ['inspect', '--tls-verify=false', reference]),
        );
        expect(inspected).toMatchObject({ Digest: manifest, Layers: [contentDigest(layer)] });
        expect((await pullLayer(host, layer)).equals(layer)).toBe(true);
        const store = await openRegistryImage(settings(host));
        expect((await store.readIndex()).manifests).toMatchObject([{ digest: manifest }]);
        expect(await store.size(contentDigest(layer))).toBe(layer.length);
        expect(await store.size(parseDigest(`sha256:${'0'.repeat(64)}`))).toBeUndefined();
        const part = await store.readRange(contentDigest(layer), 4_000_000, 1000);
        expect(part.equals(layer.subarray(4_000_000, 4_001_000))).toBe(true);
        expect(await store.readRange(contentDigest(layer), layer.length - 3, 1000)).toHaveLength(3);
        expect(await store.readRange(contentDigest(layer), layer.length, 1000)).toHaveLength(0);
        await store.close();
      });
    },
  );

  testWith(
    [REGISTRY_PROGRAM, 'curl'],
    'gets no blob twice, and mounts what another repository has',
    async () => {
      const directory = await directoryFor('twice');
      const layer = randomBytes(3 << 20);
      await withRegistryServer({ directory }, async (server) => {
        await pushImage(server.host, layer);
        const before = await uploads(server);
        expect(before.filter((line) => line.includes('"PATCH'))).toHaveLength(1);
        await pushImage(server.host, layer);
        // One to see whether this user may push.
        expect((await uploads(server)).slice(before.length)).toHaveLength(1);
        await pushImage(server.host, layer, { repository: 'layah/other', mountFrom: REPOSITORY });
        const requests = await server.requests();
        expect(requests.filter((line) => line.includes('"PATCH'))).toHaveLength(1);
        expect(requests.filter((line) => /mount=.*" 201/.test(line))).toHaveLength(2);
      });
    },
  );

  // distribution forgets an upload of which it got a part of a request: that blob begins anew, the others do not.
  testWith([REGISTRY_PROGRAM, 'curl'], 'that is killed halfway gets the rest when it is back', async () => {
    const directory = await directoryFor('killed');
    const layer = randomBytes(96 << 20);
    await withRegistryServer({ directory }, async (server) => {
      await pushImage(server.host, randomBytes(2 << 20));
      const before = (await uploads(server)).length;
      const seen: number[] = [];
      let killed: Promise<void> | undefined;
      const onProgress = (_stage: string, done: number): void => {
        seen.push(done);
        if (done > layer.length / 2) killed ??= server.kill().then(() => server.restart());
      };
      await pushImage(server.host, layer, { onProgress });
      await killed;
      expect((await pullLayer(server.host, layer)).equals(layer)).toBe(true);
      expect(seen.some((done, index) => done < (seen[index - 1] ?? 0))).toBe(true);
      // To see whether one may push, and twice for the layer; the config is there already.
      const posts = (await uploads(server)).slice(before).filter((line) => line.includes('"POST'));
      expect(posts).toHaveLength(3);
    });
  });
});

describe('a registry with a password', () => {
  const user = { name: 'me', password: 'correct: horse' };
  const login = (host: string, password: string): object => ({
    auths: { [host]: { auth: Buffer.from(`${user.name}:${password}`).toString('base64') } },
  });

  testWith(
    [REGISTRY_PROGRAM, 'curl', 'perl'],
    'takes that of the auth file, and says what to do without',
    async () => {
      const directory = await directoryFor('password');
      const layer = randomBytes(100_000);
      await withRegistryServer({ directory, user }, async ({ host }) => {
        const authFile = join(directory, 'auth.json');
        const access = { tlsVerify: false, authFile };
        await writeFile(authFile, JSON.stringify(login(host, user.password)));
        await pushImage(host, layer, { access });
        expect((await pullLayer(host, layer, { access })).equals(layer)).toBe(true);
        const place = `the registry ${host} (repository ${REPOSITORY})`;
        expect(await failure(pushImage(host, layer))).toEqual({
          message: `logging in: ${place} answered 401 (UNAUTHORIZED: authentication required)`,
          hint: `No credentials for ${host} were found: podman login ${host}, or name the file that has them with --authfile.`,
        });
        await writeFile(authFile, JSON.stringify(login(host, 'wrong')));
        expect(await failure(pushImage(host, layer, { access }))).toEqual({
          message: `logging in: ${place} answered 401 (UNAUTHORIZED: authentication required)`,
          hint: `The credentials for ${host} were refused: log in again with podman login ${host}.`,
        });
      });
    },
  );

  testWith([REGISTRY_PROGRAM, 'curl', 'perl', 'podman'], 'takes that of podman login', async () => {
    const directory = await directoryFor('login');
    const layer = randomBytes(1000);
    await withRegistryServer({ directory, user }, async ({ host }) => {
      const authFile = join(directory, 'podman-auth.json');
      const credentials = ['-u', user.name, '-p', user.password];
      await run('podman', ['login', '--tls-verify=false', '--authfile', authFile, ...credentials, host]);
      const environment = { REGISTRY_AUTH_FILE: authFile };
      await pushImage(host, layer, { environment });
      expect((await pullLayer(host, layer, { environment })).equals(layer)).toBe(true);
    });
  });
});

describe('a registry with TLS', () => {
  testWith(
    [REGISTRY_PROGRAM, 'curl', 'openssl'],
    'needs an authority that is trusted, or no verification',
    async () => {
      const directory = await directoryFor('tls');
      const layer = randomBytes(100_000);
      const tls = await makeCertificates(directory);
      const access: RegistryAccess = { tlsVerify: true, authFile: undefined };
      await withRegistryServer({ directory, tls }, async ({ host }) => {
        expect(await failure(pushImage(host, layer, { access }))).toEqual({
          message: `looking for the registry: no connection with the registry ${host} (repository ${REPOSITORY})`,
          hint: `Put the authority's certificate into /etc/containers/certs.d/${host}/ca.crt, or pass --tls-verify=false.`,
        });
        await pushImage(host, layer, { access, environment: { SSL_CERT_FILE: tls.authority } });
        const certs = join(directory, '.config/containers/certs.d', host);
        await mkdir(certs, { recursive: true });
        await run('cp', [tls.authority, join(certs, 'ca.crt')]);
        const trusted = { access, environment: { HOME: directory } };
        expect((await pullLayer(host, layer, trusted)).equals(layer)).toBe(true);
        expect((await pullLayer(host, layer)).equals(layer)).toBe(true);
      });
    },
  );

  testWith(
    [REGISTRY_PROGRAM, 'curl'],
    'is not taken for granted: one without TLS is named as such',
    async () => {
      const directory = await directoryFor('no-tls');
      await withRegistryServer({ directory }, async ({ host }) => {
        const access: RegistryAccess = { tlsVerify: true, authFile: undefined };
        expect(await failure(pushImage(host, randomBytes(10), { access }))).toEqual({
          message: `looking for the registry: no connection with the registry ${host} (repository ${REPOSITORY})`,
          hint: 'It does not speak TLS: pass --tls-verify=false for a registry on plain HTTP.',
        });
      });
    },
  );
});

interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** An authority of our own, and a certificate of it for 127.0.0.1. */
async function makeCertificates(directory: string): Promise<Certificates> {
  const file = (name: string): string => join(directory, name);
  const openssl = async (line: string) => run('openssl', line.split(' '));
  const ec = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  const extensions = '-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE';
  const signer = `-CA ${file('ca.crt')} -CAkey ${file('ca.key')}`;
  await openssl(`${ec} -subj /CN=layah-test-authority -keyout ${file('ca.key')} -out ${file('ca.crt')}`);
  await openssl(
    `${ec} -subj /CN=127.0.0.1 ${extensions} ${signer} -keyout ${file('server.key')} -out ${file('server.crt')}`,
  );
  return { authority: file('ca.crt'), certificate: file('server.crt'), key: file('server.key') };
}
