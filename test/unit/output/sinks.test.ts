import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/model/digest.ts';
import { fileDestination, streamDestination } from '../../../src/output/destination.ts';
import type { BlobToWrite, ImageSink } from '../../../src/output/image-sink.ts';
import { ociArchiveSink } from '../../../src/output/oci-archive.ts';
import { ociDirectorySink } from '../../../src/output/oci-directory.ts';
import { overwrittenPieces } from './overwritten-pieces.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-sinks-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const signal = new AbortController().signal;
const INDEX = Buffer.from('{"schemaVersion":2}');
const DOCKER_MANIFEST = Buffer.from('[]');
const PIECE_BYTES = 1 << 20;
const DOCUMENTS = { index: INDEX, dockerManifest: DOCKER_MANIFEST, tocManifest: undefined };

function blob(content: Uint8Array): BlobToWrite {
  return {
    digest: parseDigest(sha256(content)),
    sizeBytes: content.length,
    content: () => overwrittenPieces(content, PIECE_BYTES),
  };
}

const small = blob(Buffer.from('small blob'));
const large = blob(randomBytes(3 * PIECE_BYTES + 1));

async function writeImage(sink: ImageSink): Promise<void> {
  await sink.writeBlob(small);
  await sink.writeBlob(large);
  await sink.writeBlob(small);
  await sink.finish(DOCUMENTS);
}

function sha256(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function blobName({ digest }: BlobToWrite): string {
  return `blobs/sha256/${digest.slice(7)}`;
}

describe('an OCI archive', () => {
  it('is a tar with each blob once and the index last, that GNU tar unpacks', async () => {
    const path = join(directory, 'image.tar');
    await writeImage(ociArchiveSink(await fileDestination(path), signal));
    expect(execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')).toEqual([
      'oci-layout',
      'blobs/',
      'blobs/sha256/',
      blobName(small),
      blobName(large),
      'manifest.json',
      'index.json',
    ]);
    execFileSync('tar', ['-xf', path, '-C', directory]);
    expect(sha256(readFileSync(join(directory, blobName(large))))).toBe(large.digest);
    expect(readFileSync(join(directory, 'index.json'))).toEqual(INDEX);
    expect(readFileSync(join(directory, 'manifest.json'))).toEqual(DOCKER_MANIFEST);
  });

  it('is not there before it is finished, and leaves nothing when aborted', async () => {
    const path = join(directory, 'image.tar');
    const sink = ociArchiveSink(await fileDestination(path), signal);
    await sink.writeBlob(large);
    expect(readdirSync(directory)).not.toContain('image.tar');
    await sink.abort();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('keeps an older file until the new one is whole, and a link to it a link', async () => {
    writeFileSync(join(directory, 'real.tar'), 'old');
    symlinkSync('real.tar', join(directory, 'link.tar'));
    const failed = ociArchiveSink(await fileDestination(join(directory, 'link.tar')), signal);
    await failed.writeBlob(small);
    await failed.abort();
    expect(readFileSync(join(directory, 'real.tar'), 'utf8')).toBe('old');
    await writeImage(ociArchiveSink(await fileDestination(join(directory, 'link.tar')), signal));
    expect(readdirSync(directory).sort()).toEqual(['link.tar', 'real.tar']);
    expect(readFileSync(join(directory, 'real.tar')).length).toBeGreaterThan(large.sizeBytes);
  });

  it('goes into what is no regular file without replacing it', async () => {
    await writeImage(ociArchiveSink(await fileDestination('/dev/null'), signal));
    expect(execFileSync('stat', ['-c', '%F', '/dev/null'], { encoding: 'utf8' }).trim()).toBe(
      'character special file',
    );
  });

  it('has the same bytes on a stream as in a file', async () => {
    const path = join(directory, 'image.tar');
    await writeImage(ociArchiveSink(await fileDestination(path), signal));
    const received: Uint8Array[] = [];
    const stream = new Writable({
      write(bytes: Buffer, _encoding, done) {
        received.push(Uint8Array.from(bytes));
        done();
      },
    });
    await writeImage(ociArchiveSink(streamDestination(stream, signal), signal));
    expect(Buffer.concat(received).equals(readFileSync(path))).toBe(true);
  });

  it('says that the image was not delivered when the reader of a stream goes away', async () => {
    const closed = new Writable({
      write(_bytes, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const sink = ociArchiveSink(streamDestination(closed, signal), signal);
    await expect(writeImage(sink)).rejects.toThrow(
      'the reader of standard output closed it before the image was complete: the image was not delivered',
    );
    await sink.abort();
  });

  it('ends at once when it is aborted while the reader of a stream has stopped reading', async () => {
    const stalled = new Writable({ write: () => {}, highWaterMark: 1 });
    const abort = new AbortController();
    const sink = ociArchiveSink(streamDestination(stalled, abort.signal), abort.signal);
    const written = writeImage(sink);
    setTimeout(() => abort.abort(new Error('interrupted')), 20);
    await expect(written).rejects.toThrow();
    await sink.abort();
  });

  it('refuses a directory as its file', async () => {
    await expect(fileDestination(directory)).rejects.toThrow(`the output ${directory} is a directory`);
  });

  it('names the place that cannot be written', async () => {
    const path = join(directory, 'missing', 'image.tar');
    await expect(fileDestination(path)).rejects.toMatchObject({
      message: `writing the image to ${path}`,
      hint: 'Create the directory first.',
    });
  });
});

describe('an OCI directory', () => {
  const open = (replace = false) => ociDirectorySink({ directory: join(directory, 'out'), replace });
  const listed = () => readdirSync(join(directory, 'out')).sort();

  it('is a layout with its blobs', async () => {
    await writeImage(open());
    expect(listed()).toEqual(['blobs', 'index.json', 'oci-layout']);
    expect(readFileSync(join(directory, 'out', blobName(small)), 'utf8')).toBe('small blob');
    expect(sha256(readFileSync(join(directory, 'out', blobName(large))))).toBe(large.digest);
  });

  it('may exist when it is empty', async () => {
    mkdirSync(join(directory, 'out'));
    await writeImage(open());
    expect(listed()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  it('vanishes when aborted, unless it was there before', async () => {
    const sink = open();
    await sink.writeBlob(small);
    await sink.abort();
    expect(readdirSync(directory)).toEqual([]);
    mkdirSync(join(directory, 'out'));
    await open().abort();
    expect(listed()).toEqual([]);
  });

  it('with a layout in it is replaced only when told', async () => {
    await writeImage(open());
    expect(() => open()).toThrow(`the output directory ${directory}/out already holds an OCI layout`);
    const sink = open(true);
    await sink.writeBlob(large);
    await sink.finish(DOCUMENTS);
    expect(readdirSync(join(directory, 'out/blobs/sha256'))).toEqual([large.digest.slice(7)]);
  });

  it('with anything else in it is never replaced', () => {
    mkdirSync(join(directory, 'out'));
    writeFileSync(join(directory, 'out', 'thesis.txt'), '');
    expect(() => open(true)).toThrow(
      `the output directory ${directory}/out is not empty: it holds thesis.txt`,
    );
  });
});
