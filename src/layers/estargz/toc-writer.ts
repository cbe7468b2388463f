import type { LayerEntry } from '../../model/entry.ts';
import type { LayerContents } from '../../model/layer.ts';
import { listedEntries, type ListedEntry } from './listed-entries.ts';
import { tocEntries, type WrittenChunk } from './toc-entries.ts';
import type { ClosedTocTar, TocTar } from './toc-tar.ts';

/** Writes the TOC of a layer while its chunks come, in the order of the tar. */
export class TocWriter {
  readonly #listed: Iterator<ListedEntry, undefined>;
  readonly #tar: TocTar;
  #entry: LayerEntry | undefined;
  #index = -1;
  #chunks: WrittenChunk[] = [];
  #fileDigest: string | undefined;

  constructor(layer: LayerContents, tar: TocTar) {
    this.#listed = listedEntries(layer);
    this.#tar = tar;
    tar.reset();
  }

  /** Goes on to an entry; from now on chunks and digest are its own. @param index - not less than before. */
  open(index: number): LayerEntry | undefined {
    while (this.#index < index) this.#next();
    return this.#entry;
  }

  addChunk(chunk: WrittenChunk): void {
    this.#chunks.push(chunk);
  }

  /** Of a file with several chunks; the digest of a single chunk is the file's. */
  setFileDigest(digest: string): void {
    this.#fileDigest = digest;
  }

  /** Until the tar is reset. */
  close(): ClosedTocTar {
    do this.#next();
    while (this.#entry !== undefined);
    return this.#tar.close();
  }

  #next(): void {
    if (this.#entry !== undefined) {
      const fileDigest = this.#fileDigest ?? this.#chunks[0]?.digest;
      for (const row of tocEntries(this.#entry, this.#chunks, fileDigest)) this.#tar.add(row);
    }
    this.#entry = this.#listed.next().value?.entry;
    this.#index++;
    this.#chunks = [];
    this.#fileDigest = undefined;
  }
}
