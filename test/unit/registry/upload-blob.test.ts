import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { checkMayPush, uploadBlob, type UploadResult } from '../../../src/registry/upload-blob.ts';
import type { Session } from '../../../src/registry/session.ts';
import { type Answer, digestOf, errorBody, type FakeRegistry, reply } from './fake-registry.ts';
import {
  connect,
  failure,
  fakeRegistry,
  REPOSITORY,
  type TestSession,
  tokenRegistry,
} from './test-session.ts';

const SMALL = randomBytes(1000);
const LARGE = randomBytes(3 << 20);

async function start(): Promise<TestSession & { readonly registry: FakeRegistry }> {
  const registry = await fakeRegistry();
  return { registry, ...(await connect(registry)) };
}

async function upload(session: Session, content: Buffer, mountFrom?: string): Promise<UploadResult> {
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
  };
  return uploadBlob(session, {
    digest: parseDigest(digestOf(content)),
    sizeBytes: content.length,
    content: pieces,
    ...(mountFrom !== undefined && { mountFrom }),
  });
}

/** Methods of the requests that have to do with uploads. */
const methods = ({ requests }: FakeRegistry): string[] =>
  requests.filter(({ path }) => path.includes('/uploads/')).map(({ method }) => method);

/** Ends the connection without an answer. */
const hangUp: Answer = (_, response) => void response.destroy();

describe('a blob', () => {
  it('that is small goes in one request, a large one in two', async () => {
    const { registry, session } = await start();
    expect(await upload(session, SMALL)).toBe('sent');
    expect(await upload(session, LARGE)).toBe('sent');
    expect(methods(registry)).toEqual(['POST', 'PUT', 'POST', 'PATCH', 'PUT']);
    expect(registry.blobs.get(digestOf(LARGE))?.equals(LARGE)).toBe(true);
  });

  it('keeps what the registry wrote into the address of the upload', async () => {
    const { registry, session } = await start();
    await upload(session, SMALL);
    expect(registry.lines().at(-1)).toBe(
      `PUT ${REPOSITORY}/blobs/uploads/upload-0?state=a%2Fb&digest=${encodeURIComponent(digestOf(SMALL))}`,
    );
  });

  it('that another repository has is mounted, and sent where it does not have it', async () => {
    const { registry, session } = await start();
    registry.blobs.set(digestOf(SMALL), SMALL);
    expect(await upload(session, SMALL, 'team/base')).toBe('mounted');
    expect(registry.lines().at(-1)).toBe(
      `POST ${REPOSITORY}/blobs/uploads/?mount=${encodeURIComponent(digestOf(SMALL))}&from=team%2Fbase`,
    );
    expect(await upload(session, LARGE, 'team/base')).toBe('sent');
  });

  it('is sent to another host when the registry says so, without the credentials', async () => {
    const elsewhere = await fakeRegistry();
    const registry = await tokenRegistry();
    registry.answer(/^POST /, (_, response) => reply(response, 202, { location: `${elsewhere.url}/up?a=b` }));
    elsewhere.answer(/^PUT /, (_, response) => reply(response, 201));
    const { session } = await connect(registry);
    expect(await upload(session, SMALL)).toBe('sent');
    const [put] = elsewhere.requests;
    expect(put?.path).toBe(`/up?a=b&digest=${encodeURIComponent(digestOf(SMALL))}`);
    expect(put?.headers.authorization).toBeUndefined();
    expect(put?.body.equals(SMALL)).toBe(true);
  });
});

describe('an upload that breaks', () => {
  /** Takes part of a PATCH and breaks the connection. */
  const takePart =
    (registry: FakeRegistry, keptBytes: number): Answer =>
    async ({ path, body }, response) => {
      const kept = body.subarray(0, keptBytes);
      await fetch(`${registry.url}${path}`, { method: 'PATCH', body: new Uint8Array(kept) });
      response.destroy();
    };

  it('goes on where the registry says that it stopped', async () => {
    const { registry, session } = await start();
    registry.answer(/^PATCH /, takePart(registry, 1_000_000));
    expect(await upload(session, LARGE)).toBe('sent');
    expect(methods(registry)).toEqual(['POST', 'PATCH', 'PATCH', 'GET', 'PATCH', 'PUT']);
    const last = registry.requests.findLast(({ method }) => method === 'PATCH');
    expect(last?.headers['content-range']).toBe(`1000000-${LARGE.length - 1}`);
    expect(registry.blobs.get(digestOf(LARGE))?.equals(LARGE)).toBe(true);
  });

  it('begins anew when the registry has forgotten it', async () => {
    const { registry, session } = await start();
    registry.answer(/^PATCH /, hangUp);
    registry.answer(/^GET /, (_, response) => reply(response, 404, {}, errorBody('BLOB_UPLOAD_UNKNOWN')));
    expect(await upload(session, LARGE)).toBe('sent');
    expect(methods(registry).filter((method) => method === 'POST')).toHaveLength(2);
  });

  it('is not sent again when only the last answer was lost', async () => {
    const { registry, session } = await start();
    registry.answer(/^PUT /, (_, response) => {
      registry.blobs.set(digestOf(SMALL), SMALL);
      response.destroy();
    });
    expect(await upload(session, SMALL)).toBe('sent');
    expect(methods(registry)).toEqual(['POST', 'PUT']);
  });

  it('goes in smaller parts where the whole is too large for the registry', async () => {
    const { registry, session } = await start();
    registry.answer(/^PATCH /, (_, response) => reply(response, 413));
    expect(await upload(session, LARGE)).toBe('sent');
  });

  it('is given up, and taken back, when the registry never keeps it', async () => {
    const { registry, session } = await start();
    registry.answer(/^PATCH /, hangUp, 1000);
    expect(await failure(upload(session, LARGE))).toMatch(
      /^uploading the blob sha256:\w+: no connection with the registry/,
    );
    expect(methods(registry).at(-1)).toBe('DELETE');
  });
});

describe('what a registry must not do', () => {
  it.each<[string, Answer, RegExp]>([
    [
      'stores another blob',
      (_, response) => reply(response, 201, { 'docker-content-digest': digestOf(LARGE) }),
      /stored sha256:\w+ instead/,
    ],
    [
      'refuses the digest',
      (_, response) => reply(response, 400, {}, errorBody('DIGEST_INVALID')),
      /answered 400 \(DIGEST_INVALID: no\)/,
    ],
    [
      'denies it',
      (_, response) => reply(response, 403, {}, errorBody('DENIED')),
      /answered 403 .*may not do that/,
    ],
  ])('%s is an error', async (_, answer, message) => {
    const { registry, session } = await start();
    registry.answer(/^PUT /, answer, 9);
    expect(await failure(upload(session, SMALL))).toMatch(message);
  });

  it('says that it has more than there is is an error', async () => {
    const { registry, session } = await start();
    registry.answer(/^PATCH /, (_, response) => reply(response, 202, { range: '0-99999999' }));
    expect(await failure(upload(session, LARGE))).toMatch(/says that it has 100000000 bytes of it/);
  });

  it('sends an upload nowhere is an error', async () => {
    const { registry, session } = await start();
    registry.answer(/^POST /, (_, response) => reply(response, 202));
    expect(await failure(upload(session, SMALL))).toMatch(/sent us to what is no URL/);
  });

  it('takes no uploads of this user is known before any work is done', async () => {
    const { registry, session } = await start();
    registry.answer(/^POST /, (_, response) => reply(response, 401, {}, errorBody('UNAUTHORIZED')));
    expect(await failure(checkMayPush(session))).toMatch(/^starting an upload: .* answered 401/);
  });
});
