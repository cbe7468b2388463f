import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { type JsonBlob, jsonBlob } from '../../../src/oci/descriptor.ts';
import { INDEX_MEDIA_TYPE, MANIFEST_MEDIA_TYPE } from '../../../src/oci/media-types.ts';
import { findManifest, getManifest, putManifest } from '../../../src/registry/manifests.ts';
import { addReferrer, listReferrers } from '../../../src/registry/referrers.ts';
import type { Session } from '../../../src/registry/session.ts';
import { digestOf, reply } from './fake-registry.ts';
import { connect, failure, fakeRegistry } from './test-session.ts';

const image = jsonBlob(MANIFEST_MEDIA_TYPE, { schemaVersion: 2, config: {}, layers: [] });
const SUBJECT = image.descriptor.digest;
const TAG = `sha256-${SUBJECT.slice('sha256:'.length)}`;

function attachment(name: string): JsonBlob {
  return jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    config: {},
    layers: [],
    name,
    subject: image.descriptor,
  });
}

async function put(session: Session, { descriptor, bytes }: JsonBlob): Promise<boolean> {
  const { mediaType, digest } = descriptor;
  const stored = await putManifest(session, { kind: 'digest', digest }, { mediaType, digest, bytes });
  if (!stored.listsReferrers) await addReferrer(session, SUBJECT, descriptor);
  return stored.listsReferrers;
}

const digests = async (session: Session): Promise<string[]> =>
  (await listReferrers(session, SUBJECT)).map(({ digest }) => digest);

describe('what belongs to an image', () => {
  const [first, second] = [attachment('first'), attachment('second')];
  const both = [first, second].map(({ descriptor }) => descriptor.digest);

  it('is listed by a registry that knows how to', async () => {
    const registry = await fakeRegistry({ knowsReferrers: true });
    const { session } = await connect(registry);
    expect(await digests(session)).toEqual([]);
    expect(await put(session, first)).toBe(true);
    await put(session, second);
    expect(await digests(session)).toEqual(both);
    expect(registry.manifests.has(TAG)).toBe(false);
  });

  it('is in an index under a tag where the registry does not, each once', async () => {
    const registry = await fakeRegistry();
    const { session } = await connect(registry);
    expect(await digests(session)).toEqual([]);
    expect(await put(session, first)).toBe(false);
    await put(session, second);
    await put(session, first);
    expect(await digests(session)).toEqual(both);
    expect(registry.manifests.get(TAG)?.mediaType).toBe(INDEX_MEDIA_TYPE);
  });

  it('is listed over several pages, but not over pages without end or of another host', async () => {
    const registry = await fakeRegistry();
    const { session } = await connect(registry);
    const page = (descriptor: object, next: string) => () => ({ descriptor, next });
    const answer = ({ descriptor, next }: { descriptor: object; next: string }) =>
      registry.answer(/\/referrers\//, (_, response) =>
        reply(
          response,
          200,
          { 'content-type': INDEX_MEDIA_TYPE, ...(next !== '' && { link: `<${next}>; rel="next"` }) },
          JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }),
        ),
      );
    answer(page(first.descriptor, `/v2/team/app/referrers/${SUBJECT}?page=2`)());
    answer(page(second.descriptor, 'http://other.example/v2/')());
    expect(await digests(session)).toEqual(both);
    for (let count = 0; count < 20; count++) {
      answer(page(first.descriptor, `/v2/team/app/referrers/${SUBJECT}?page=${count}`)());
    }
    expect(await failure(listReferrers(session, SUBJECT))).toMatch(/sent more than 20 pages/);
  });

  it('is not taken from a page that is no list', async () => {
    const registry = await fakeRegistry();
    const { session } = await connect(registry);
    registry.answer(/\/referrers\//, (_, response) =>
      reply(response, 200, { 'content-type': 'text/html' }, '<html>'),
    );
    expect(await digests(session)).toEqual([]);
  });
});

describe('a manifest', () => {
  const version = { kind: 'tag', tag: '1' } as const;

  it('is stored and read by its tag and by its digest', async () => {
    const { session } = await connect(await fakeRegistry());
    const { mediaType, digest } = image.descriptor;
    await putManifest(session, version, { mediaType, digest, bytes: image.bytes });
    expect(await getManifest(session, version)).toMatchObject({ mediaType, digest });
    expect((await findManifest(session, { kind: 'digest', digest }))?.bytes.equals(image.bytes)).toBe(true);
    expect(await findManifest(session, { kind: 'tag', tag: '2' })).toBeUndefined();
  });

  it('that is another than its digest says is an error, in both directions', async () => {
    const registry = await fakeRegistry();
    const { session } = await connect(registry);
    const other = Buffer.from('{}');
    registry.answer(/^GET .*manifests/, (_, response) => reply(response, 200, {}, other));
    expect(await failure(getManifest(session, { kind: 'digest', digest: SUBJECT }))).toMatch(
      `sent ${digestOf(other)} for ${SUBJECT}`,
    );
    registry.answer(/^PUT .*manifests/, (_, response) =>
      reply(response, 201, { 'docker-content-digest': digestOf(other) }),
    );
    const { mediaType, digest } = image.descriptor;
    expect(await failure(putManifest(session, version, { mediaType, digest, bytes: image.bytes }))).toMatch(
      `stored ${digestOf(other)} instead of ${digest}`,
    );
  });

  it('larger than any registry takes is not read', async () => {
    const registry = await fakeRegistry();
    const { session } = await connect(registry);
    registry.answer(/^GET .*manifests/, (_, response) => reply(response, 200, {}, Buffer.alloc(17 << 20)));
    expect(await failure(getManifest(session, version))).toMatch(/sent more than 16777216 bytes/);
  });

  it('that is not there is an error that says where to look', async () => {
    const { session } = await connect(await fakeRegistry());
    expect(
      await failure(
        getManifest(session, { kind: 'digest', digest: parseDigest(`sha256:${'0'.repeat(64)}`) }),
      ),
    ).toMatch(/answered 404 \(MANIFEST_UNKNOWN: no\) \| Look at the name: skopeo list-tags docker:\/\//);
  });
});
