import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../src/images/open-image.ts';
import { parseDigest } from '../../../src/model/digest.ts';
import { LayahError } from '../../../src/model/errors.ts';
import type { ImageLocation } from '../../../src/model/options.ts';
import {
  blobName,
  fileMember,
  indexOf,
  LAYOUT_FILE,
  type LayoutFiles,
  sha256,
  writeArchive,
  writeDirectory,
} from './layouts.ts';
import { END_OF_ARCHIVE, tarBlock } from './tar-blocks.ts';

const BLOB = Buffer.from('0123456789');
const digest = parseDigest(sha256(BLOB));
const missing = parseDigest(sha256(Buffer.from('missing')));
const files: LayoutFiles = { [blobName(digest)]: BLOB, 'index.json': indexOf([]), ...LAYOUT_FILE };

let directory: string;
let count = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-images-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const newPath = () => join(directory, `image-${count++}`);

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/images/${name}`, import.meta.url));
}

function archive(...members: Buffer[]): PathLocation {
  const path = newPath();
  writeFileSync(path, Buffer.concat([...members, END_OF_ARCHIVE]));
  return { kind: 'oci-archive', path };
}

type PathLocation = Exclude<ImageLocation, { kind: 'registry' }>;

async function failure(location: PathLocation): Promise<{ message: string; hint: string | undefined }> {
  try {
    const store = await openImage(location);
    await store.readIndex().finally(() => store.close());
  } catch (thrown) {
    if (thrown instanceof LayahError && thrown.code === 'bad-image') {
      return { message: thrown.message.replaceAll(location.path, 'IMAGE'), hint: thrown.hint };
    }
    throw thrown;
  }
  throw new Error('the image was opened');
}

describe.each([
  { kind: 'oci-archive', write: writeArchive },
  { kind: 'oci-directory', write: writeDirectory },
] as const)('an image as $kind', ({ kind, write }) => {
  it('gives its index and its blobs, whole and in parts', async () => {
    const store = await openImage({ kind, path: write(newPath(), files) });
    expect(await store.readIndex()).toMatchObject({ manifests: [] });
    expect(await store.size(digest)).toBe(10);
    expect(Buffer.concat(await (await store.readBlob(digest, 10)).toArray())).toEqual(BLOB);
    expect((await store.readRange(digest, 3, 4)).toString()).toBe('3456');
    expect((await store.readRange(digest, 8, 100)).toString()).toBe('89');
    expect(await store.readRange(digest, 11, 5)).toHaveLength(0);
    await store.close();
  });

  it('says which blob is missing, or has another size', async () => {
    const path = write(newPath(), files);
    const store = await openImage({ kind, path });
    expect(await store.size(missing)).toBeUndefined();
    await expect(store.readBlob(missing)).rejects.toThrow(`the blob ${missing} is not in ${path}`);
    await expect(store.readRange(missing, 0, 1)).rejects.toThrow(`the blob ${missing} is not in ${path}`);
    await expect(store.readBlob(digest, 11)).rejects.toThrow(`the blob ${digest} has 10 bytes instead of 11`);
    await store.close();
  });

  it('reads many blobs at the same time', async () => {
    const store = await openImage({ kind, path: write(newPath(), files) });
    const streams = await Promise.all(Array.from({ length: 20 }, () => store.readBlob(digest)));
    const contents = await Promise.all(streams.map((stream) => stream.toArray()));
    expect(contents.map((content) => Buffer.concat(content).toString())).toEqual(
      Array(20).fill('0123456789'),
    );
    await store.close();
  });

  it('without a layout file is refused', async () => {
    const { 'oci-layout': _, ...rest } = files;
    expect((await failure({ kind, path: write(newPath(), rest) })).message).toMatch(
      /^IMAGE is no OCI (archive|image layout): it has no oci-layout$/,
    );
  });

  it('of another layout version is refused', async () => {
    const path = write(newPath(), { ...files, 'oci-layout': '{"imageLayoutVersion":"2.0.0"}' });
    expect((await failure({ kind, path })).message).toMatch(/^oci-layout of IMAGE: imageLayoutVersion: /);
  });

  it('with an index that is no JSON is refused', async () => {
    const path = write(newPath(), { ...files, 'index.json': 'oops' });
    expect((await failure({ kind, path })).message).toBe('index.json of IMAGE is not valid JSON');
  });

  it('with a huge index is refused before it is read', async () => {
    const path = write(newPath(), { ...files, 'index.json': Buffer.alloc((16 << 20) + 1, ' ') });
    expect((await failure({ kind, path })).message).toBe(
      'index.json of IMAGE has 16777217 bytes, more than the 16777216 that are read of a JSON document',
    );
  });

  it('that does not exist is an error with a hint', async () => {
    expect(await failure({ kind, path: join(directory, 'nothing') })).toEqual({
      message: 'reading the image IMAGE',
      hint: 'Name an existing image: a file, or a directory as oci:DIR.',
    });
  });
});

describe('archives', () => {
  it('of buildah and skopeo are opened', async () => {
    const store = await openImage({ kind: 'oci-archive', path: fixture('buildah.ociarchive') });
    expect((await store.readIndex()).manifests).toHaveLength(1);
    await store.close();
  });

  it('may have their members in any order and with ./ before their names', async () => {
    const reversed = Object.entries(files).toReversed();
    const location = archive(...reversed.map(([name, content]) => fileMember(`./${name}`, content)));
    const store = await openImage(location);
    expect((await store.readRange(digest, 0, 3)).toString()).toBe('012');
    await store.close();
  });

  it('keep what has .. in its name out of the layout', async () => {
    const { message } = await failure(
      archive(fileMember('oci-layout', LAYOUT_FILE['oci-layout']), fileMember('blobs/../index.json', '{}')),
    );
    expect(message).toBe('IMAGE is no OCI archive: it has no index.json');
  });

  it('that hold a file twice are refused: readers differ in which one counts', async () => {
    const member = fileMember('index.json', '{}');
    expect((await failure(archive(member, member))).message).toBe('index.json of IMAGE is there twice');
  });

  it.each([
    ['symlink', '2'],
    ['hardlink', '1'],
    ['directory', '5'],
  ])('that hold a %s instead of a file are refused', async (kind, type) => {
    const member = tarBlock({ name: 'index.json', type, link: '/etc/passwd' });
    expect((await failure(archive(member))).message).toBe(`index.json of IMAGE is a ${kind}, not a file`);
  });

  it('that are cut off are refused', async () => {
    const path = writeArchive(newPath(), files);
    truncateSync(path, 700);
    expect((await failure({ kind: 'oci-archive', path })).message).toBe('IMAGE is no tar, or is cut off');
  });

  it('that say that a member is larger than the file are refused', async () => {
    const { message } = await failure(archive(tarBlock({ name: 'index.json', size: 0o77777777777 })));
    expect(message).toBe('IMAGE is no tar, or is cut off');
  });

  it('of Docker are told apart, with the name that opens them', async () => {
    const path = fixture('docker.tar');
    expect(await failure({ kind: 'oci-archive', path })).toEqual({
      message: 'IMAGE is no OCI archive: it has no oci-layout',
      hint: `It is a Docker archive: name it as docker-archive:${path}`,
    });
  });

  it('must be files', async () => {
    expect(await failure({ kind: 'oci-archive', path: directory })).toEqual({
      message: 'IMAGE is no file',
      hint: `It is a directory: name it as oci:${directory}`,
    });
    const path = newPath();
    execFileSync('mkfifo', [path]);
    expect(await failure({ kind: 'oci-archive', path })).toEqual({
      message: 'IMAGE is no file',
      hint: 'An archive is read at many places: write it to a file first.',
    });
  });
});

describe('directories', () => {
  it('whose blob is a symlink are not followed out', async () => {
    const path = writeDirectory(newPath(), files);
    const secret = newPath();
    renameSync(join(path, blobName(digest)), secret);
    symlinkSync(secret, join(path, blobName(digest)));
    const store = await openImage({ kind: 'oci-directory', path });
    await expect(store.readBlob(digest)).rejects.toThrow(`${blobName(digest)} of ${path} is no regular file`);
    await expect(store.size(digest)).rejects.toThrow('is no regular file');
  });

  it('whose blobs directory is a symlink are refused', async () => {
    const path = writeDirectory(newPath(), files);
    const elsewhere = newPath();
    renameSync(join(path, 'blobs'), elsewhere);
    symlinkSync(elsewhere, join(path, 'blobs'));
    expect((await failure({ kind: 'oci-directory', path })).message).toBe(
      'IMAGE is no OCI image layout: blobs is no directory',
    );
  });

  it('whose index is a symlink, a directory or a FIFO are refused', async () => {
    const makers = [
      (path: string) => symlinkSync('/etc/passwd', path),
      (path: string) => mkdirSync(path),
      (path: string) => execFileSync('mkfifo', [path]),
    ];
    for (const make of makers) {
      const path = writeDirectory(newPath(), LAYOUT_FILE);
      make(join(path, 'index.json'));
      expect(await failure({ kind: 'oci-directory', path })).toEqual({
        message: 'index.json of IMAGE is no regular file',
        hint: `Symlinks are not followed; cp -rL ${path} NEW makes files of them.`,
      });
    }
  });

  it('that are files are refused with a hint', async () => {
    expect(await failure({ kind: 'oci-directory', path: fixture('docker.tar') })).toEqual({
      message: 'reading the image IMAGE',
      hint: 'It is a file: leave out the oci: before its name.',
    });
  });

  it('that are themselves named by a symlink are opened', async () => {
    const path = newPath();
    symlinkSync(writeDirectory(newPath(), files), path);
    expect(await (await openImage({ kind: 'oci-directory', path })).size(digest)).toBe(10);
  });
});
