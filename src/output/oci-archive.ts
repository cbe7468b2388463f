/*
 * An OCI image layout (image-spec image-layout.md) as one tar stream. The blobs come first and index.json last,
 * since a blob's name is its digest and the index names them all. The same image gives the same bytes. A manifest.json
 * makes the same tar an archive for every Docker.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Pack } from 'tar-stream';
import { digestHex, type Digest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { JsonBlob } from '../oci/descriptor.ts';
import { OCI_LAYOUT_CONTENT } from '../oci/image-index.ts';
import type { Destination } from './destination.ts';
import type { BlobToWrite, ImageSink, LayoutDocuments } from './image-sink.ts';

export function ociArchiveSink(destination: Destination, signal: AbortSignal): ImageSink {
  return new OciArchiveSink(destination, signal);
}

/** Nothing of this machine or this moment. */
const ENTRY_METADATA = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };

class OciArchiveSink implements ImageSink {
  readonly #destination: Destination;
  readonly #signal: AbortSignal;
  readonly #pack = createPack();
  readonly #pumped: Promise<void>;
  readonly #written = new Set<Digest>();
  #pumpFailure: unknown;
  #started = false;

  constructor(destination: Destination, signal: AbortSignal) {
    this.#destination = destination;
    this.#signal = signal;
    this.#pumped = pump(this.#pack, destination, signal);
    this.#pumped.catch((thrown: unknown) => {
      this.#pumpFailure = thrown;
    });
  }

  async writeBlob({ digest, sizeBytes, content }: BlobToWrite): Promise<void> {
    if (!this.#started) await this.#start();
    if (this.#written.has(digest)) return;
    this.#written.add(digest);
    await this.#addFile(`blobs/sha256/${digestHex(digest)}`, sizeBytes, content());
  }

  async writeManifest({ bytes, descriptor: { digest } }: JsonBlob): Promise<void> {
    await this.writeBlob({ digest, sizeBytes: bytes.length, content: () => [bytes] });
  }

  async finish({ index, dockerManifest }: LayoutDocuments): Promise<void> {
    if (dockerManifest !== undefined) {
      await this.#addFile('manifest.json', dockerManifest.length, [dockerManifest]);
    }
    await this.#addFile('index.json', index.length, [index]);
    this.#pack.finalize();
    await this.#pumped;
    await this.#destination.commit();
  }

  async abort(): Promise<void> {
    this.#pack.destroy();
    await this.#pumped.catch(() => {});
    await this.#destination.abort();
  }

  async #start(): Promise<void> {
    this.#started = true;
    const layout = Buffer.from(OCI_LAYOUT_CONTENT, 'utf8');
    await this.#addFile('oci-layout', layout.length, [layout]);
    for (const name of ['blobs/', 'blobs/sha256/']) await this.#addDirectory(name);
  }

  async #addDirectory(name: string): Promise<void> {
    await this.#add(() => {
      this.#pack.entry({ ...ENTRY_METADATA, name, type: 'directory', mode: 0o755 });
    });
  }

  async #addFile(name: string, size: number, content: Iterable<Uint8Array>): Promise<void> {
    await this.#add(async () => {
      const entry = this.#pack.entry({ ...ENTRY_METADATA, name, size, mode: 0o644 });
      await pipeline(Readable.from(content), entry, { signal: this.#signal });
    });
  }

  /** When the destination fails, what is seen here is only that the pack is gone. */
  async #add(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#pack.destroy();
      await this.#pumped.catch(() => {});
      throw this.#pumpFailure instanceof LayahError ? this.#pumpFailure : thrown;
    }
  }
}

async function pump(pack: Pack, destination: Destination, signal: AbortSignal): Promise<void> {
  await pipeline(
    readAll(pack),
    async (source: AsyncIterable<Uint8Array>) => {
      for await (const bytes of source) await destination.write(bytes);
    },
    { signal },
  );
}

/** The type of the stream's elements is not known to the library's declarations. */
async function* readAll(pack: Pack): AsyncGenerator<Uint8Array> {
  for await (const bytes of pack) if (bytes instanceof Uint8Array) yield bytes;
}
