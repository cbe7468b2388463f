import { createHash } from 'node:crypto';
import { type Digest, parseDiffId, parseDigest } from '../model/digest.ts';
import type { LayerEntry } from '../model/entry.ts';
import type { TocEntry } from '../model/estargz.ts';
import type { LayerContents, LayerFormat, TocBlob } from '../model/layer.ts';
import { tocJson, tocTar } from './estargz/closing.ts';
import { estargzFooter, externalTocFooter } from './estargz/footer.ts';
import { listedEntries } from './estargz/listed-entries.ts';
import { tocEntries, type WrittenChunk } from './estargz/toc-entries.ts';
import type { JobResult } from './execute-job.ts';
import { gzipMember, type DeflateEngine } from './gzip.ts';
import type { Job, Slot } from './jobs.ts';
import type { BlobSpool } from './spool.ts';
import type { ChunkStart } from './tar-stream.ts';
import type { WrittenLayer } from './written-layer.ts';

interface ClosedToc {
  readonly tocDigest: Digest;
  readonly tocBlob: TocBlob | undefined;
}

export interface AssemblerSettings {
  readonly spool: BlobSpool;
  readonly engine: DeflateEngine;
  readonly externalToc: boolean;
}

/** Takes the results of one layer's jobs in order; ends with the blob in the spool and its descriptor. */
export class LayerAssembler {
  readonly #format: LayerFormat;
  readonly #listed: readonly LayerEntry[];
  readonly #spool: BlobSpool;
  readonly #engine: DeflateEngine;
  readonly #externalToc: boolean;
  readonly #tarHash = createHash('sha256');
  readonly #blobHash = createHash('sha256');
  /** Only of files with several chunks; the digest of a single chunk is the file's. */
  #fileHash = createHash('sha256');
  readonly #fileDigests = new Map<number, string>();
  readonly #chunks = new Map<number, WrittenChunk[]>();
  #tarBytes = 0;

  constructor(layer: LayerContents, { spool, engine, externalToc }: AssemblerSettings) {
    this.#format = layer.format;
    this.#listed = layer.format === 'estargz' ? Array.from(listedEntries(layer), ({ entry }) => entry) : [];
    this.#spool = spool;
    this.#engine = engine;
    this.#externalToc = externalToc;
    spool.reset();
  }

  add(job: Job, result: JobResult, slot: Slot): void {
    if (this.#format === 'estargz') this.#recordChunks(job, result, slot);
    this.#append(slot.input.subarray(0, job.inputBytes), slot.output.subarray(0, result.outputBytes));
  }

  finish(): WrittenLayer {
    const format = this.#format;
    const closed = format === 'estargz' ? this.#closeEstargz() : undefined;
    const blob = {
      format,
      digest: parseDigest(`sha256:${this.#blobHash.digest('hex')}`),
      diffId: parseDiffId(`sha256:${this.#tarHash.digest('hex')}`),
      sizeBytes: this.#spool.sizeBytes,
      uncompressedSizeBytes: this.#tarBytes,
      tocDigest: closed?.tocDigest,
      deflatedBy: this.#engine.identity,
    };
    return { blob, tocBlob: closed?.tocBlob, read: () => this.#spool.read() };
  }

  #append(tarBytes: Uint8Array, blobBytes: Uint8Array): void {
    this.#tarHash.update(tarBytes);
    this.#tarBytes += tarBytes.length;
    this.#blobHash.update(blobBytes);
    this.#spool.write(blobBytes);
  }

  #recordChunks(job: Job, result: JobResult, slot: Slot): void {
    for (const [index, chunk] of job.chunks.entries()) {
      const written = result.stretches[index];
      if (chunk === undefined || written === undefined) continue;
      const memberOffset = this.#spool.sizeBytes + written.memberStart;
      const { innerOffset } = written;
      const digest = `sha256:${written.chunkDigest}`;
      const { entryIndex, chunkOffset, lengthBytes } = chunk;
      const place = { memberOffset, innerOffset, chunkOffset, lengthBytes, digest };
      const known = this.#chunks.get(entryIndex);
      // Most files have one, and V8 makes room for 17 when something is added to an empty array.
      if (known === undefined) this.#chunks.set(entryIndex, [place]);
      else known.push(place);
      const start = job.message.stretches[index - 1]?.end ?? 0;
      this.#hashFile(chunk, slot.input.subarray(start, start + lengthBytes));
    }
  }

  #hashFile(chunk: ChunkStart, bytes: Uint8Array): void {
    const entry = this.#listed[chunk.entryIndex];
    if (entry?.kind !== 'file' || chunk.lengthBytes === entry.sizeBytes) return;
    if (chunk.chunkOffset === 0) this.#fileHash = createHash('sha256');
    this.#fileHash.update(bytes);
    if (chunk.chunkOffset + chunk.lengthBytes < entry.sizeBytes) return;
    this.#fileDigests.set(chunk.entryIndex, `sha256:${this.#fileHash.digest('hex')}`);
  }

  *#tocRows(): Generator<TocEntry> {
    for (const [index, entry] of this.#listed.entries()) {
      const chunks = this.#chunks.get(index) ?? [];
      yield* tocEntries(entry, chunks, this.#fileDigests.get(index) ?? chunks[0]?.digest);
    }
  }

  #closeEstargz(): ClosedToc {
    const json = tocJson(this.#tocRows());
    const tocDigest = sha256(...json);
    const tar = tocTar(json);
    const member = gzipMember(this.#engine, tar);
    if (this.#externalToc) {
      this.#append(new Uint8Array(), externalTocFooter());
      return { tocDigest, tocBlob: { digest: sha256(member), sizeBytes: member.length, bytes: member } };
    }
    const footer = estargzFooter(this.#spool.sizeBytes);
    this.#append(tar, member);
    this.#append(new Uint8Array(), footer);
    return { tocDigest, tocBlob: undefined };
  }
}

function sha256(...parts: readonly Uint8Array[]): Digest {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return parseDigest(`sha256:${hash.digest('hex')}`);
}
