/*
 * An OCI image layout (image-spec image-layout.md) as one tar stream. The blobs come first and index.json last,
 * since a blob's name is its digest and the index names them all. The same image gives the same bytes. A manifest.json
 * makes the same tar an archive for every Docker.
 */
import { pack as createPack, type Pack } from 'tar-stream';
import { digestHex, type Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../model/tar-format.ts';
import { OCI_LAYOUT_CONTENT } from '../oci/image-index.ts';
import type { Destination } from './destination.ts';
import type { BlobToWrite, ImageSink } from './image-sink.ts';

/** Bytes go to the destination as they come, without a stream in between that would hold them: blobs reuse their buffers. */
export function ociArchiveSink(destination: Destination, signal: AbortSignal): ImageSink {
  const written = new Set<Digest>();
  const write = async (bytes: Uint8Array): Promise<void> => {
    signal.throwIfAborted();
    if (bytes.length > 0) await destination.write(bytes);
  };
  const addFile = async (name: string, size: number, content: Iterable<Uint8Array>): Promise<void> => {
    await write(await encodeHeader({ ...ENTRY_METADATA, name, size, mode: 0o644 }));
    for (const bytes of content) await write(bytes);
    await write(new Uint8Array(tarPaddingBytes(size)));
  };
  const start = async (): Promise<void> => {
    const layout = Buffer.from(OCI_LAYOUT_CONTENT, 'utf8');
    await addFile('oci-layout', layout.length, [layout]);
    for (const name of ['blobs/', 'blobs/sha256/']) {
      await write(await encodeHeader({ ...ENTRY_METADATA, name, type: 'directory', mode: 0o755 }));
    }
  };
  const writeBlob = async ({ digest, sizeBytes, content }: BlobToWrite): Promise<void> => {
    if (written.size === 0) await start();
    if (written.has(digest)) return;
    written.add(digest);
    await addFile(`blobs/sha256/${digestHex(digest)}`, sizeBytes, content());
  };
  return {
    writeBlob,
    writeManifest: ({ bytes, descriptor: { digest } }) =>
      writeBlob({ digest, sizeBytes: bytes.length, content: () => [bytes] }),
    async finish({ index, dockerManifest }) {
      if (dockerManifest !== undefined) {
        await addFile('manifest.json', dockerManifest.length, [dockerManifest]);
      }
      await addFile('index.json', index.length, [index]);
      await write(new Uint8Array(END_OF_ARCHIVE_BYTES));
      await destination.commit();
    },
    abort: () => destination.abort(),
  };
}

/** Nothing of this machine or this moment. */
const ENTRY_METADATA = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };

/** Of a pack that is given up after the first bytes that come out of it. */
async function encodeHeader(entry: Parameters<Pack['entry']>[0]): Promise<Uint8Array> {
  const pack = createPack();
  pack.entry(entry);
  for await (const header of pack) if (header instanceof Uint8Array) return header;
  throw new LayahError({ code: 'internal', message: `no tar header for ${entry.name}` });
}
