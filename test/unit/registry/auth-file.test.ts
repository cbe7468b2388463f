import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialSources } from '../../../src/registry/auth-file.ts';
import { parseChallenges } from '../../../src/registry/challenge.ts';
import { findCredentials } from '../../../src/registry/find-credentials.ts';
import { failure } from './test-session.ts';

const key = { host: 'quay.io', repository: 'team/app' };
const auth = (pair: string): object => ({ auth: Buffer.from(pair).toString('base64') });
const password = (username: string, secret: string) => ({
  kind: 'credentials',
  credentials: { kind: 'password', username, password: secret },
});

describe('an auth file', () => {
  const sources = (document: unknown, of = key) => credentialSources(JSON.stringify(document), of);

  it('has credentials for a host, and nearer ones for what is below it', () => {
    const auths = {
      'quay.io': auth('host:a'),
      'quay.io/team': auth('team:b'),
      'quay.io/team/app2': auth('no:c'),
    };
    expect(sources({ auths })).toEqual([password('team', 'b')]);
    expect(sources({ auths: { 'quay.io': auth('host:a') } })).toEqual([password('host', 'a')]);
    expect(sources({ auths: { 'other.io': auth('host:a') } })).toEqual([]);
  });

  it("may have Docker's way of writing keys and passwords", () => {
    const hub = { host: 'docker.io', repository: 'library/app' };
    expect(sources({ auths: { 'https://index.docker.io/v1/': auth('me:p:w\0\0') } }, hub)).toEqual([
      password('me', 'p:w'),
    ]);
    expect(sources({ auths: { 'https://quay.io/v2/': { username: 'me', password: 'x' } } })).toEqual([
      password('me', 'x'),
    ]);
  });

  it('may have a refresh token', () => {
    const token = { kind: 'credentials', credentials: { kind: 'identity-token', token: 't' } };
    expect(sources({ auths: { 'quay.io': { ...auth('a:b'), identitytoken: 't' } } })).toEqual([token]);
    expect(sources({ auths: { 'quay.io': auth('<token>:t') } })).toEqual([token]);
  });

  it('may name helpers, of which the one for the host comes first', () => {
    const document = {
      credHelpers: { 'quay.io': 'one' },
      credsStore: 'all',
      auths: { 'quay.io': auth('a:b') },
    };
    expect(sources(document)).toEqual([
      { kind: 'helper', name: 'one', server: 'quay.io' },
      password('a', 'b'),
      { kind: 'helper', name: 'all', server: 'quay.io' },
    ]);
  });

  it.each([
    [{}],
    [[]],
    [{ auths: [] }],
    [{ auths: { 'quay.io': 'x' } }],
    [{ auths: { 'quay.io': auth('nocolon') } }],
  ])('that says nothing (%j) has nothing', (document) => {
    expect(sources(document)).toEqual([]);
  });
});

describe('credentials', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'layah-credentials-'));
    for (const name of ['home/.docker', 'run/containers', 'bin'])
      mkdirSync(join(directory, name), { recursive: true });
    helper('good', `read server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"s\\"}"`);
    helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    helper('broken', 'echo "a secret that must not be shown"; exit 3');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function helper(name: string, script: string): void {
    const path = join(directory, 'bin', `docker-credential-${name}`);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  function search(files: Record<string, unknown>, environment: Record<string, string> = {}) {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const base = {
      HOME: join(directory, 'home'),
      XDG_RUNTIME_DIR: join(directory, 'run'),
      PATH: `${join(directory, 'bin')}:/usr/bin:/bin`,
    };
    const { signal } = new AbortController();
    return findCredentials(key, { authFile: undefined, environment: { ...base, ...environment }, signal });
  }

  it("are those of podman before docker's", async () => {
    const docker = { 'home/.docker/config.json': { auths: { 'quay.io': auth('docker:a') } } };
    const podman = { 'run/containers/auth.json': { auths: { 'quay.io': auth('podman:b') } } };
    expect(await search({ ...docker, ...podman })).toMatchObject({ username: 'podman' });
    expect(await search({ ...docker, 'run/containers/auth.json': {} })).toMatchObject({ username: 'docker' });
  });

  it('are those of the file that is named, and of no other', async () => {
    const named = { REGISTRY_AUTH_FILE: join(directory, 'named.json') };
    expect(await search({ 'named.json': {} }, named)).toBeUndefined();
    expect(await failure(search({}, { REGISTRY_AUTH_FILE: join(directory, 'nothing') }))).toMatch(
      /^reading the auth file .*\/nothing \| Name one that is there/,
    );
    expect(
      await failure(search({ 'named.json': '{"auths":{"quay.io":{"auth":"c2VjcmV0"' }, named)),
    ).not.toMatch(/c2Vj/);
  });

  it('are asked of a helper, which may have none', async () => {
    const use = (name: string) =>
      search({ 'run/containers/auth.json': { credHelpers: { 'quay.io': name } } });
    expect(await use('good')).toEqual({ kind: 'password', username: 'quay.io', password: 's' });
    writeFileSync(join(directory, 'home/.docker/config.json'), '{}');
    expect(await use('empty')).toBeUndefined();
    expect(await failure(use('broken'))).toMatch(
      /asking the credential helper docker-credential-broken: it ended with 3/,
    );
    expect(await failure(use('missing'))).toMatch(
      /docker-credential-missing, which the auth file names, is not installed/,
    );
    expect(await failure(use('../evil'))).toMatch(/its name is not that of a program/);
  });
});

describe('a challenge', () => {
  it('is read with its parameters, quoted or not, one after the other', () => {
    expect(
      parseChallenges('Basic realm="a, b", Bearer realm="https://x/",service=y,Error="\\"q\\""'),
    ).toEqual([
      { scheme: 'basic', parameters: { realm: 'a, b' } },
      { scheme: 'bearer', parameters: { realm: 'https://x/', service: 'y', error: '"q"' } },
    ]);
    expect(parseChallenges('')).toEqual([]);
    expect(parseChallenges('Negotiate')).toEqual([{ scheme: 'negotiate', parameters: {} }]);
  });
});
