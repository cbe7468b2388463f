import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { findBlobSize, openBlob, readBlobRange } from '../../../src/registry/read-blob.ts';
import type { Session } from '../../../src/registry/session.ts';
import { type Answer, digestOf, errorBody, type FakeRegistry, reply } from './fake-registry.ts';
import { connect, failure, fakeRegistry, type TestSession, tokenRegistry } from './test-session.ts';

const BLOB = randomBytes(300_000);
const DIGEST = parseDigest(digestOf(BLOB));

async function withBlob(): Promise<TestSession & { readonly registry: FakeRegistry }> {
  const registry = await fakeRegistry();
  registry.blobs.set(DIGEST, BLOB);
  return { registry, ...(await connect(registry)) };
}

async function download(session: Session): Promise<Buffer> {
  const blob = await openBlob(session, DIGEST);
  if (blob === undefined) throw new Error('it is not there');
  return Buffer.concat(await blob.content.toArray());
}

/** Sends so much of what was asked for, and breaks the connection. */
const broken =
  (sentBytes: number): Answer =>
  ({ headers }, response) => {
    const start = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = `bytes ${start}-${BLOB.length - 1}/${BLOB.length}`;
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': BLOB.length - start,
      'content-range': range,
    });
    response.write(BLOB.subarray(start, start + sentBytes), () => response.destroy());
  };

describe('a blob', () => {
  it('comes whole, and goes on where the connection broke', async () => {
    const { registry, session, clock } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, broken(100_000), 2);
    expect((await download(session)).equals(BLOB)).toBe(true);
    const ranges = registry.requests
      .filter(({ path }) => path.includes('/blobs/'))
      .map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(clock.slept).toEqual([500, 500]);
  });

  it('goes on where the connection broke, though the registry sends all of it again', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, broken(100_000));
    registry.answer(/^GET .*\/blobs\//, (_, response) => reply(response, 200, {}, BLOB));
    expect((await download(session)).equals(BLOB)).toBe(true);
  });

  it('that breaks every time is given up', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, broken(10), 1000);
    expect(await failure(download(session))).toMatch(
      /^reading the blob sha256:\w+: no connection with the registry/,
    );
  });

  it.each<[string, string, RegExp]>([
    ['from another place', 'bytes 5-299999/300000', /sent another range than that from byte 100000/],
    ['without a range', '', /sent another range than that from byte 100000/],
  ])('of which the rest comes %s is an error', async (_, range, message) => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, broken(100_000));
    registry.answer(/^GET .*\/blobs\//, (__, response) =>
      reply(response, 206, { 'content-range': range }, BLOB),
    );
    expect(await failure(download(session))).toMatch(message);
  });

  it('that is not there has no size and no content', async () => {
    const { session } = await withBlob();
    const missing = parseDigest(`sha256:${'0'.repeat(64)}`);
    expect(await findBlobSize(session, missing)).toBeUndefined();
    expect(await openBlob(session, missing)).toBeUndefined();
    expect(await readBlobRange(session, missing, { offset: 0, lengthBytes: 5 })).toBeUndefined();
  });

  it('has a size where the registry knows no HEAD', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^HEAD /, (_, response) => reply(response, 405), 2);
    expect(await findBlobSize(session, DIGEST)).toBe(BLOB.length);
    const missing = parseDigest(`sha256:${'0'.repeat(64)}`);
    expect(await findBlobSize(session, missing)).toBeUndefined();
  });
});

describe('part of a blob', () => {
  const part = async (session: Session, offset: number, lengthBytes: number): Promise<Buffer> =>
    (await readBlobRange(session, DIGEST, { offset, lengthBytes })) ?? Buffer.from('missing');

  it('is what was asked for, and less only at its end', async () => {
    const { session } = await withBlob();
    expect((await part(session, 1000, 500)).equals(BLOB.subarray(1000, 1500))).toBe(true);
    expect(await part(session, BLOB.length - 5, 100)).toHaveLength(5);
    expect(await part(session, BLOB.length, 100)).toHaveLength(0);
    expect(await part(session, 5, 0)).toHaveLength(0);
  });

  it('leaves its connection to the next one', async () => {
    const { registry, session } = await withBlob();
    const before = registry.connectionCount();
    for (const offset of [0, 1000, 200_000]) await part(session, offset, 70_000);
    expect(registry.connectionCount() - before).toBeLessThanOrEqual(1);
  });

  it('ends where a registry sends more than was asked for', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, (_, response) =>
      reply(
        response,
        206,
        { 'content-range': `bytes 1000-${BLOB.length - 1}/${BLOB.length}` },
        BLOB.subarray(1000),
      ),
    );
    expect((await part(session, 1000, 500)).equals(BLOB.subarray(1000, 1500))).toBe(true);
  });

  it('is found in all of it where the registry knows no ranges', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, (_, response) => reply(response, 200, {}, BLOB));
    expect((await part(session, 1000, 500)).equals(BLOB.subarray(1000, 1500))).toBe(true);
  });

  it('is read again when the connection breaks', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, broken(100));
    expect((await part(session, 1000, 500)).equals(BLOB.subarray(1000, 1500))).toBe(true);
  });
});

describe('a redirect', () => {
  it('to another host is followed, without the credentials', async () => {
    const elsewhere = await fakeRegistry();
    const registry = await tokenRegistry();
    registry.answer(/^GET .*\/blobs\//, (_, response) =>
      reply(response, 307, { location: `${elsewhere.url}/at?signed=1` }),
    );
    elsewhere.answer(/\/at/, (_, response) => reply(response, 200, {}, BLOB));
    const { session } = await connect(registry);
    expect((await download(session)).equals(BLOB)).toBe(true);
    expect(registry.requests.at(-1)?.headers.authorization).toBe('Bearer t');
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('in a circle, or to what is no URL, is an error', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, ({ path }, response) => reply(response, 302, { location: path }), 6);
    expect(await failure(download(session))).toMatch(/redirected us more than 5 times/);
    registry.answer(/^GET .*\/blobs\//, (_, response) => reply(response, 302, { location: 'ftp://x/' }));
    expect(await failure(download(session))).toMatch(/sent us to what is no URL/);
  });
});

describe('a registry in trouble', () => {
  it('is asked again after the time that it names, in seconds or as a date', async () => {
    const { registry, session, clock } = await withBlob();
    registry.answer(/^HEAD /, (_, response) => reply(response, 429, { 'retry-after': '7' }));
    const date = new Date(clock.nowMilliseconds() + 7000 + 20_000).toUTCString();
    registry.answer(/^HEAD /, (_, response) => reply(response, 503, { 'retry-after': date }));
    expect(await findBlobSize(session, DIGEST)).toBe(BLOB.length);
    expect(clock.slept).toEqual([7000, 20_000]);
  });

  it('is not waited for longer than two minutes', async () => {
    const { registry, session, clock } = await withBlob();
    registry.answer(/^HEAD /, (_, response) => reply(response, 429, { 'retry-after': '3600' }));
    expect(await failure(findBlobSize(session, DIGEST))).toMatch(
      /answered 429 \| .* limits how much one may ask for/,
    );
    expect(clock.slept).toEqual([]);
  });

  it('is asked seven times, with pauses that double', async () => {
    const { registry, session, clock } = await withBlob();
    registry.answer(
      /^GET .*\/blobs\//,
      (_, response) => reply(response, 502, {}, errorBody('UNAVAILABLE', 'later')),
      7,
    );
    expect(await failure(openBlob(session, DIGEST))).toMatch(
      /answered 502 \(UNAVAILABLE: later\) \| .* is in trouble/,
    );
    expect(clock.slept).toEqual([500, 1000, 2000, 4000, 8000, 16_000]);
  });

  it('is not asked again for what it refuses', async () => {
    const { registry, session, clock } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, (_, response) => reply(response, 403, {}, errorBody('DENIED')));
    expect(await failure(openBlob(session, DIGEST))).toMatch(/answered 403 \(DENIED: no\)/);
    expect(clock.slept).toEqual([]);
  });

  it('that sends a huge page with its error is not read to the end', async () => {
    const { registry, session } = await withBlob();
    registry.answer(/^GET .*\/blobs\//, (_, response) => {
      response.writeHead(400, { 'content-length': 1 << 30 });
      response.write(Buffer.alloc(1 << 20));
    });
    expect(await failure(openBlob(session, DIGEST))).toMatch(/answered 400 \|/);
  });
});
