import { hash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { LayahError } from '../model/errors.ts';
import { MAX_RECORD_BYTES, parseRecord, RECORD_TAR_NAME, type RecordedFile } from '../model/record.ts';
import { rootfsPath } from '../model/rootfs-path.ts';
import type { ReadDescriptor, ReadManifest } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { compressionOfContent, compressionOfMediaType } from './layer-content.ts';
import { missingBlob } from './layout-file.ts';
import type { TarHeader } from './tar-header.ts';
import { createTarReader } from './tar-reader.ts';

/**
 * The record in a record image, which has one layer with one entry.
 * @throws LayahError `bad-record` when it is no record image or its record is malformed, `bad-image` when a blob is missing.
 */
export async function readRecordImage(store: ImageStore, manifest: ReadManifest): Promise<RecordedFile[]> {
  const [layer, ...others] = manifest.layers;
  if (layer === undefined || others.length > 0) {
    throw noRecord(store, `it has ${manifest.layers.length} layers, a record image has one`);
  }
  const record = findRecord(await readTar(store, layer), store);
  return parseRecord(record.toString('utf8'), `the record of ${store.location}`);
}

/** More than a record and its tar header. */
const MAX_TAR_BYTES = MAX_RECORD_BYTES + (1 << 20);

async function readTar(store: ImageStore, layer: ReadDescriptor): Promise<Buffer> {
  const sizeBytes = await store.size(layer.digest);
  if (sizeBytes === undefined) throw missingBlob(layer.digest, store.location);
  if (sizeBytes > MAX_TAR_BYTES)
    throw noRecord(store, `its layer has ${sizeBytes} bytes, too many for a record`);
  const blob = await store.readRange(layer.digest, 0, sizeBytes);
  const digest = `sha256:${hash('sha256', blob, 'hex')}`;
  if (digest !== layer.digest) throw noRecord(store, `the blob ${layer.digest} has ${digest}`);
  const compression = compressionOfContent(blob, compressionOfMediaType(layer.mediaType));
  if (compression === 'none') return blob;
  if (compression === 'zstd') throw noRecord(store, 'its layer is compressed with zstd');
  try {
    return gunzipSync(blob, { maxOutputLength: MAX_TAR_BYTES });
  } catch (cause) {
    throw noRecord(store, 'its layer does not inflate, or to too much', cause);
  }
}

function findRecord(tar: Buffer, store: ImageStore): Buffer {
  const pieces: Buffer[] = [];
  let found = false;
  let isRecord = false;
  const reader = createTarReader({
    entry(header: TarHeader): void {
      isRecord = header.kind === 'file' && rootfsPath(header.name) === RECORD_TAR_NAME;
      found ||= isRecord;
    },
    content(chunk: Buffer): void {
      if (isRecord) pieces.push(chunk);
    },
  });
  try {
    reader.push(tar);
    reader.finish();
  } catch (cause) {
    throw noRecord(store, 'its layer is no tar archive', cause);
  }
  if (!found) throw noRecord(store, `its layer has no entry ${RECORD_TAR_NAME}`);
  return Buffer.concat(pieces);
}

function noRecord({ location }: ImageStore, problem: string, cause?: unknown): LayahError {
  return new LayahError({
    code: 'bad-record',
    message: `${location} is no image of a record: ${problem}`,
    hint: 'layah record push makes such an image; --record-copy takes the record out of an eStargz image.',
    cause,
  });
}
