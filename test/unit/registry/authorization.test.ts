import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { findBlobSize } from '../../../src/registry/read-blob.ts';
import { type Answer, digestOf, errorBody, type FakeRegistry, reply } from './fake-registry.ts';
import { connect, failure, fakeRegistry, REPOSITORY } from './test-session.ts';

const BLOB = Buffer.from('content');
const DIGEST = parseDigest(digestOf(BLOB));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-auth-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function authFile({ host }: FakeRegistry, entry: object): { tlsVerify: boolean; authFile: string } {
  const path = join(directory, `auth-${host}.json`);
  writeFileSync(path, JSON.stringify({ auths: { [host]: entry } }));
  return { tlsVerify: false, authFile: path };
}

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

/** A registry that hands out tokens itself, counting them; only the newest is good. */
async function tokenRegistry(lifetimeSeconds = 300): Promise<FakeRegistry & { readonly revoke: () => void }> {
  let count = 0;
  let isGood = true;
  const registry: FakeRegistry = await fakeRegistry({
    wants: {
      authorization: (header) => isGood && header === `Bearer token-${count}`,
      challenge: () =>
        `Bearer realm="${registry.url}/token",service="it, \\"itself\\"",scope="repository:x:pull"`,
    },
  });
  registry.blobs.set(DIGEST, BLOB);
  const hand: Answer = (_, response) => {
    isGood = true;
    count++;
    reply(response, 200, {}, JSON.stringify({ token: `token-${count}`, expires_in: lifetimeSeconds }));
  };
  registry.answer(/^(GET|POST) \/token/, hand, 100);
  return { ...registry, revoke: () => void (isGood = false) };
}

const tokens = ({ requests }: FakeRegistry) => requests.filter(({ path }) => path.startsWith('/token'));

describe('a registry that wants a bearer token', () => {
  it('is asked for one where it says, for the repository and what it asked for besides', async () => {
    const registry = await tokenRegistry();
    const { session } = await connect(registry);
    expect(await findBlobSize(session, DIGEST)).toBe(BLOB.length);
    expect(tokens(registry)).toHaveLength(1);
    const url = new URL(tokens(registry)[0]?.path ?? '', registry.url);
    expect(url.searchParams.get('service')).toBe('it, "itself"');
    expect(url.searchParams.getAll('scope')).toEqual([
      `repository:${REPOSITORY}:pull,push`,
      'repository:x:pull',
    ]);
    expect(tokens(registry)[0]?.headers.authorization).toBeUndefined();
  });

  it('gets user and password for it, and a refresh token in a form', async () => {
    const registry = await tokenRegistry();
    const access = authFile(registry, { auth: Buffer.from('me:it: a secret').toString('base64') });
    await connect(registry, { access });
    expect(tokens(registry)[0]?.headers.authorization).toBe(basic('me:it: a secret'));
    await connect(registry, { access: authFile(registry, { identitytoken: 'refresh' }) });
    const form = new URLSearchParams(tokens(registry)[1]?.body.toString());
    expect(tokens(registry)[1]?.method).toBe('POST');
    expect(form.get('grant_type')).toBe('refresh_token');
    expect(form.get('refresh_token')).toBe('refresh');
  });

  it('is asked for another when the time of the first is nearly over, not before', async () => {
    const registry = await tokenRegistry(100);
    const { session, clock } = await connect(registry);
    clock.advance(80_000);
    await findBlobSize(session, DIGEST);
    expect(tokens(registry)).toHaveLength(1);
    clock.advance(15_000);
    await findBlobSize(session, DIGEST);
    expect(tokens(registry)).toHaveLength(2);
  });

  it('is asked for another when it takes the first no more', async () => {
    const registry = await tokenRegistry();
    const { session } = await connect(registry);
    registry.revoke();
    expect(await findBlobSize(session, DIGEST)).toBe(BLOB.length);
    expect(tokens(registry)).toHaveLength(2);
  });

  it('is given up when no token helps', async () => {
    const registry = await fakeRegistry({
      wants: { authorization: () => false, challenge: () => `Bearer realm="${registry.url}/token"` },
    });
    registry.answer(
      /\/token/,
      (_, response) => reply(response, 200, {}, '{"access_token":"no good"}'.replace(' ', '-')),
      9,
    );
    const { session } = await connect(registry);
    expect(await failure(findBlobSize(session, DIGEST))).toBe(
      `looking for the blob ${DIGEST}: the registry ${registry.host} (repository ${REPOSITORY}) answered 401 | ` +
        `No credentials for ${registry.host} were found: podman login ${registry.host}, or name the file that has them with --authfile.`,
    );
    expect(tokens(registry)).toHaveLength(2);
  });

  it.each<[string, Answer, RegExp]>([
    [
      'no token',
      (_, response) => reply(response, 200, {}, '{}'),
      /sent us for a token to a server that gave none/,
    ],
    ['no JSON', (_, response) => reply(response, 200, {}, '<html>'), /to a server that gave none/],
    [
      'a header in the token',
      (_, response) => reply(response, 200, {}, '{"token":"a\\r\\nb: c"}'),
      /that gave none/,
    ],
    ['too much', (_, response) => reply(response, 200, {}, Buffer.alloc(2 << 20)), /that gave none/],
    [
      'a refusal',
      (_, response) => reply(response, 403, {}, errorBody('DENIED')),
      /answered 403 \(DENIED: no\)/,
    ],
    [
      'a redirect',
      (_, response) => reply(response, 302, { location: 'http://127.0.0.1:1/' }),
      /answered 302/,
    ],
  ])('whose server of tokens sends %s is an error', async (_, answer, message) => {
    const registry = await fakeRegistry({
      wants: { authorization: () => false, challenge: () => `Bearer realm="${registry.url}/token"` },
    });
    registry.answer(/\/token/, answer);
    expect(await failure(connect(registry))).toMatch(message);
  });

  it('that sends us for one to no URL is an error', async () => {
    const registry = await fakeRegistry({
      wants: { authorization: () => false, challenge: () => 'Bearer realm="file:///etc/passwd"' },
    });
    expect(await failure(connect(registry))).toMatch(/sent us for a token to what is no URL/);
  });
});

describe('a registry that wants a password', () => {
  const settings = {
    wants: {
      authorization: (header: string) => header === basic('me:secret'),
      challenge: () => 'Basic realm="x"',
    },
  };

  it('gets that of the auth file', async () => {
    const registry = await fakeRegistry(settings);
    registry.blobs.set(DIGEST, BLOB);
    const access = authFile(registry, { username: 'me', password: 'secret' });
    const { session } = await connect(registry, { access });
    expect(await findBlobSize(session, DIGEST)).toBe(BLOB.length);
  });

  it('refuses another one with what to do', async () => {
    const registry = await fakeRegistry(settings);
    const access = authFile(registry, { username: 'me', password: 'wrong' });
    expect(await failure(connect(registry, { access }))).toBe(
      `logging in: the registry ${registry.host} (repository ${REPOSITORY}) answered 401 (UNAUTHORIZED: no) | ` +
        `The credentials for ${registry.host} were refused: log in again with podman login ${registry.host}.`,
    );
  });
});
