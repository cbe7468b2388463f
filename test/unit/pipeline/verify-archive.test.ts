/* What stands in an archive where no reader looks and no digest covers it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayer } from '../images/layer-builder.ts';
import { fileMember, LAYOUT_FILE, writeArchive } from '../images/layouts.ts';
import { END_OF_ARCHIVE } from '../images/tar-blocks.ts';
import { imageFiles, lines, verifyAt } from './verify-images.ts';

let directory: string;
let path: string;
const whole = {} as Record<'oci-archive' | 'docker-archive', Buffer>;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-archive-'));
  path = join(directory, 'image.tar');
  whole['oci-archive'] = readFileSync(writeArchive(path, imageFiles({ layers: [buildLayer()] })));
  whole['docker-archive'] = readFileSync(
    fileURLToPath(new URL('../../fixtures/images/docker.tar', import.meta.url)),
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

async function findingsOf(kind: keyof typeof whole, bytes: Buffer): Promise<string[]> {
  writeFileSync(path, bytes);
  return lines((await verifyAt({ image: { kind, path } })).findings);
}

/** In the padding of the first file that has one. */
function paddingOffset(archive: Buffer): number {
  for (let offset = 0; ;) {
    const sizeBytes = parseInt(archive.toString('latin1', offset + 124, offset + 135), 8);
    offset += 512 + sizeBytes;
    if (sizeBytes % 512 !== 0) return offset;
  }
}

describe.each(['oci-archive', 'docker-archive'] as const)('an %s', (kind) => {
  it('may end in any number of zeros', async () => {
    expect(await findingsOf(kind, Buffer.concat([whole[kind], Buffer.alloc(10_000)]))).toEqual([]);
  });

  it('with anything else between its files is damaged', async () => {
    const bytes = Buffer.from(whole[kind]);
    const offset = paddingOffset(bytes);
    bytes[offset] = 1;
    expect(await findingsOf(kind, bytes)).toEqual([
      `tar: ${path}: byte ${offset}, between two files of its tar, is not zero`,
    ]);
  });

  it('with anything else behind its end is damaged, a second archive too', async () => {
    const end = whole[kind].length;
    const what = 'behind the end of its tar, is not zero: readers that go on there see other files';
    for (const more of [Buffer.from('not zero'), whole[kind]]) {
      const findings = await findingsOf(kind, Buffer.concat([whole[kind], more]));
      expect(findings).toEqual([`tar: ${path}: byte ${end}, ${what}`]);
    }
  });
});

it('An archive has no file that stands behind its end, as for podman and skopeo', async () => {
  const files = imageFiles({ layers: [buildLayer()] });
  const [hidden = ''] = Object.keys(files)
    .filter((name) => name.startsWith('blobs/'))
    .slice(-1);
  const { [hidden]: content = '', ...others } = files;
  const first = readFileSync(writeArchive(path, { ...LAYOUT_FILE, ...others }));
  const bytes = Buffer.concat([first, fileMember(hidden, content), END_OF_ARCHIVE]);
  expect(await findingsOf('oci-archive', bytes)).toEqual([
    expect.stringMatching(/^tar: .*: byte \d+, behind the end of its tar/),
    expect.stringMatching(/^missing-blob: .*: the blob is not in the image$/),
  ]);
});
