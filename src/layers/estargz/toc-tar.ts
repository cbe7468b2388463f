import { TOC_TAR_NAME } from '../../model/estargz.ts';
import { END_OF_ARCHIVE_BYTES, TAR_BLOCK_BYTES, tarPaddingBytes } from '../../model/tar-format.ts';
import { rootfsPathFromText } from '../../model/rootfs-path.ts';
import { tarHeader } from '../tar-header.ts';
import { metadataFile } from './metadata-file.ts';
import type { TocRow } from './toc-entries.ts';
import { MAX_TOC_TAR_BYTES, tocTooLarge } from './toc-limit.ts';

const GROWTH_BYTES = 1 << 20;

/** What stays for the next layer: hardly any TOC is larger. */
const KEPT_BYTES = 4 << 20;

const START = '{"version":1,"entries":[';

/** Text of this many characters is encoded at a time. */
const BATCH_CHARACTERS = 1 << 16;

/** Bytes that a character of a string, which is one of UTF-16, becomes at most. */
const UTF8_BYTES = 3;

export interface ClosedTocTar {
  readonly json: Uint8Array;
  /** The JSON is part of it. */
  readonly tar: Uint8Array;
}

/**
 * A whole tar with the TOC as its only entry:
 *
 *   header | JSON | padding | 1024 zero bytes
 *
 * The JSON is written row by row into its place: of a layer with hundreds of thousands of files it takes as many hundred
 * bytes, so that it must not be there twice. It ends at its last brace: readers differ in whether they hash what follows.
 *
 * One serves all layers of a build, one after the other.
 */
export class TocTar {
  readonly #maxBytes: number;
  /** It grows without being copied, and what it has not reached yet takes no memory. */
  readonly #memory: ArrayBuffer;
  #end = TAR_BLOCK_BYTES;
  #text = START;
  #separator = '';
  #lastName = '';

  constructor(maxBytes = MAX_TOC_TAR_BYTES) {
    this.#maxBytes = maxBytes;
    this.#memory = new ArrayBuffer(Math.min(GROWTH_BYTES, maxBytes), { maxByteLength: maxBytes });
  }

  /** @throws LayahError `unsupported-entry` naming the path for which there is no more room. */
  add(row: TocRow): void {
    this.#text += this.#separator + JSON.stringify(row);
    this.#separator = ',';
    this.#lastName = row.name;
    if (this.#text.length >= BATCH_CHARACTERS) this.#encode();
  }

  /** Both lie in memory that the next TOC overwrites. @throws LayahError as above. */
  close(): ClosedTocTar {
    this.#text += ']}';
    this.#encode();
    const jsonBytes = this.#end - TAR_BLOCK_BYTES;
    const tarBytes = this.#end + tarPaddingBytes(jsonBytes) + END_OF_ARCHIVE_BYTES;
    this.#grow(tarBytes);
    const tar = new Uint8Array(this.#memory, 0, tarBytes);
    tar.set(tarHeader(metadataFile(TOC_TAR_NAME, jsonBytes)));
    tar.fill(0, this.#end);
    return { json: tar.subarray(TAR_BLOCK_BYTES, this.#end), tar };
  }

  /** For the next TOC. What a large one took is given back at once, not when garbage is collected next. */
  reset(): void {
    if (this.#memory.byteLength > KEPT_BYTES) this.#memory.resize(KEPT_BYTES);
    this.#end = TAR_BLOCK_BYTES;
    this.#text = START;
    this.#separator = '';
  }

  #encode(): void {
    const maxBytes = this.#text.length * UTF8_BYTES;
    this.#grow(this.#end + maxBytes);
    this.#end += Buffer.from(this.#memory, this.#end, maxBytes).write(this.#text, 'utf8');
    this.#text = '';
  }

  #grow(bytes: number): void {
    if (bytes <= this.#memory.byteLength) return;
    if (bytes > this.#maxBytes) throw tocTooLarge(rootfsPathFromText(this.#lastName), this.#maxBytes);
    this.#memory.resize(Math.min(bytes + GROWTH_BYTES, this.#maxBytes));
  }
}
