import { createHash, hash } from 'node:crypto';
import { type Digest, parseDiffId, parseDigest } from '../model/digest.ts';
import type { FileEntry } from '../model/entry.ts';
import type { LayerContents, LayerFormat, TocBlob } from '../model/layer.ts';
import { estargzFooter, externalTocFooter } from './estargz/footer.ts';
import type { TocTar } from './estargz/toc-tar.ts';
import { TocWriter } from './estargz/toc-writer.ts';
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

interface ExecutedJob {
  readonly job: Job;
  readonly result: JobResult;
  readonly slot: Slot;
}

export interface AssemblerSettings {
  readonly spool: BlobSpool;
  readonly tocTar: TocTar;
  readonly engine: DeflateEngine;
  readonly externalToc: boolean;
}

/** Takes the results of one layer's jobs in order; ends with the blob in the spool and its descriptor. */
export class LayerAssembler {
  readonly #format: LayerFormat;
  /** Only of eStargz. */
  readonly #toc: TocWriter | undefined;
  readonly #spool: BlobSpool;
  readonly #engine: DeflateEngine;
  readonly #tocTar: TocTar;
  readonly #externalToc: boolean;
  readonly #tarHash = createHash('sha256');
  readonly #blobHash = createHash('sha256');
  /** Only of files with several chunks; the digest of a single chunk is the file's. */
  #fileHash = createHash('sha256');
  #tarBytes = 0;

  constructor(layer: LayerContents, { spool, tocTar, engine, externalToc }: AssemblerSettings) {
    this.#format = layer.format;
    this.#toc = layer.format === 'estargz' ? new TocWriter(layer, tocTar) : undefined;
    this.#spool = spool;
    this.#tocTar = tocTar;
    this.#engine = engine;
    this.#externalToc = externalToc;
    spool.reset();
  }

  add(job: Job, result: JobResult, slot: Slot): void {
    if (this.#toc !== undefined) this.#recordChunks(this.#toc, { job, result, slot });
    this.#append(slot.input.subarray(0, job.inputBytes), slot.output.subarray(0, result.outputBytes));
  }

  finish(): WrittenLayer {
    const format = this.#format;
    const closed = this.#toc === undefined ? undefined : this.#closeEstargz(this.#toc);
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

  #recordChunks(toc: TocWriter, { job, result, slot }: ExecutedJob): void {
    for (const [index, chunk] of job.chunks.entries()) {
      const written = result.stretches[index];
      if (chunk === undefined || written === undefined) continue;
      const memberOffset = this.#spool.sizeBytes + written.memberStart;
      const { innerOffset } = written;
      const digest = `sha256:${written.chunkDigest}`;
      const { entryIndex, chunkOffset, lengthBytes } = chunk;
      const entry = toc.open(entryIndex);
      toc.addChunk({ memberOffset, innerOffset, chunkOffset, lengthBytes, digest });
      if (entry?.kind !== 'file' || lengthBytes === entry.sizeBytes) continue;
      const start = job.message.stretches[index - 1]?.end ?? 0;
      const fileDigest = this.#hashFile(entry, chunk, slot.input.subarray(start, start + lengthBytes));
      if (fileDigest !== undefined) toc.setFileDigest(fileDigest);
    }
  }

  /** @returns the digest once the last chunk is there. */
  #hashFile({ sizeBytes }: FileEntry, chunk: ChunkStart, bytes: Uint8Array): string | undefined {
    if (chunk.chunkOffset === 0) this.#fileHash = createHash('sha256');
    this.#fileHash.update(bytes);
    const isLast = chunk.chunkOffset + chunk.lengthBytes === sizeBytes;
    return isLast ? `sha256:${this.#fileHash.digest('hex')}` : undefined;
  }

  #closeEstargz(toc: TocWriter): ClosedToc {
    const { json, tar } = toc.close();
    const tocDigest = sha256(json);
    const member = gzipMember(this.#engine, tar);
    let tocBlob: TocBlob | undefined;
    if (this.#externalToc) {
      this.#append(new Uint8Array(), externalTocFooter());
      tocBlob = { digest: sha256(member), sizeBytes: member.length, bytes: member };
    } else {
      const footer = estargzFooter(this.#spool.sizeBytes);
      this.#append(tar, member);
      this.#append(new Uint8Array(), footer);
    }
    this.#tocTar.reset();
    return { tocDigest, tocBlob };
  }
}

function sha256(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${hash('sha256', bytes, 'hex')}`);
}
