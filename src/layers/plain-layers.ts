/*
 * Layers that are not compressed: the blob is the tar itself. Every destination wants its digest before its bytes, so what
 * was read to be hashed is kept in pages, as far as memory allows. What comes after them is read from its files once
 * more: that costs less than a temporary file. A file that changed in between is an error, as one that changed since the scan.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { parseDiffId, parseDigest } from '../model/digest.ts';
import type { LayerBlob, LayerContents } from '../model/layer.ts';
import { allocateReadBuffer } from '../model/read-buffer.ts';
import { pieceBytes } from './pieces.ts';
import { readRange } from './read-range.ts';
import type { LayerSettings } from './settings.ts';
import { tarStretches, type Stretch } from './stretches.ts';
import type { WrittenLayer } from './written-layer.ts';

const PAGE_BYTES = 1 << 20;
const KEPT_PAGES = 64;

/** Signals are heard only between turns. */
const PAGES_A_TURN = 16;

export class PlainLayerWriter {
  readonly #settings: LayerSettings;
  /** For all layers, since memory costs something when it is touched first. The last one is for all that is not kept. */
  readonly #pages: Uint8Array[] = [];

  constructor(settings: LayerSettings) {
    this.#settings = settings;
  }

  async write(layer: LayerContents): Promise<WrittenLayer> {
    const { signal, onContentBytes } = this.#settings;
    const hash = createHash('sha256');
    let sizeBytes = 0;
    let index = 0;
    for (const stretch of tarStretches(layer, PAGE_BYTES)) {
      if (index % PAGES_A_TURN === 0) await setImmediate();
      signal.throwIfAborted();
      onContentBytes(this.#fill(index, stretch));
      hash.update(this.#bytes(index, stretch));
      sizeBytes += stretch.sizeBytes;
      index++;
    }
    const blob = describe(layer, `sha256:${hash.digest('hex')}`, sizeBytes);
    return { blob, tocBlob: undefined, read: () => this.#read(layer) };
  }

  *#read(layer: LayerContents): Generator<Uint8Array> {
    let index = 0;
    for (const stretch of tarStretches(layer, PAGE_BYTES)) {
      if (index >= KEPT_PAGES) this.#fill(index, stretch);
      yield this.#bytes(index, stretch);
      index++;
    }
  }

  /** @returns how many bytes of the stretch are content of files. */
  #fill(index: number, { pieces }: Stretch): number {
    const page = this.#page(index);
    let at = 0;
    let contentBytes = 0;
    for (const piece of pieces) {
      if (piece.kind === 'literal') {
        page.set(piece.bytes, at);
      } else {
        readRange(this.#settings.prefix, { ...piece, at }, page);
        contentBytes += piece.lengthBytes;
      }
      at += pieceBytes(piece);
    }
    return contentBytes;
  }

  #bytes(index: number, { sizeBytes }: Stretch): Uint8Array {
    return this.#page(index).subarray(0, sizeBytes);
  }

  #page(index: number): Uint8Array {
    return (this.#pages[Math.min(index, KEPT_PAGES)] ??= allocateReadBuffer(PAGE_BYTES));
  }
}

function describe({ format }: LayerContents, digest: string, sizeBytes: number): LayerBlob {
  return {
    format,
    digest: parseDigest(digest),
    diffId: parseDiffId(digest),
    sizeBytes,
    uncompressedSizeBytes: sizeBytes,
    tocDigest: undefined,
    deflatedBy: undefined,
  };
}
