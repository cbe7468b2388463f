/*
 * Splits the tar of a layer into what its headers are and what its files hold, without losing a byte: what it hands over,
 * one after the other, is the tar.
 */
import { LayahError } from '../model/errors.ts';
import type { ReadBudget } from './read-budget.ts';
import type { TarHeader } from './tar-header.ts';
import { createTarReader, type TarReader } from './tar-reader.ts';

export interface TarParts {
  /** An entry. @param raw its headers, and what stands before them since the last content: padding mostly. */
  entry(header: TarHeader, raw: Buffer): void;
  /** Content of the last entry. */
  content(part: Buffer, endsFile: boolean): void;
  /** More of what is no content: the end of the archive. */
  raw(bytes: Buffer): void;
  /** What follows the end of the archive, or what is not understood, to the end. */
  rest(part: Buffer): void;
}

export interface TarSplitter {
  push(piece: Buffer): void;
  /** @returns what was not understood; undefined when all of it is a tar. */
  finish(): string | undefined;
}

/** Only a tar that nobody can have written in earnest has more headers without an entry. */
const MAX_RAW_BYTES = 1 << 20;

export function createTarSplitter(parts: TarParts, budget: ReadBudget): TarSplitter {
  return new Splitter(parts, budget);
}

interface FoundEntry {
  readonly header: TarHeader;
  readonly contentPosition: number;
}

class Splitter implements TarSplitter {
  readonly #parts: TarParts;
  readonly #reader: TarReader;
  /** Where the next piece begins in the tar. */
  #position = 0;
  /** Entries that the reader has seen and that were not handed over. */
  #found: FoundEntry[] = [];
  #contentBytesLeft = 0;
  /** Headers and padding that wait for their entry. */
  #raw: Buffer[] = [];
  #rawBytes = 0;
  #restFrom = Infinity;
  #problem: string | undefined;

  constructor(parts: TarParts, budget: ReadBudget) {
    this.#parts = parts;
    this.#reader = createTarReader({
      entry: (header, contentPosition) => {
        budget.countEntry(header);
        this.#found.push({ header, contentPosition });
      },
      content: () => {},
      trailing: (_chunk, position) => {
        this.#restFrom = Math.min(this.#restFrom, position);
      },
    });
  }

  push(piece: Buffer): void {
    this.#read((reader) => reader.push(piece));
    for (let at = 0; at < piece.length;) at = this.#handOver(piece, at);
    this.#position += piece.length;
  }

  finish(): string | undefined {
    this.#read((reader) => reader.finish());
    this.#flushRaw();
    return this.#problem;
  }

  /** @returns where in the piece the next part begins. */
  #handOver(piece: Buffer, at: number): number {
    if (this.#contentBytesLeft > 0) {
      const part = piece.subarray(at, at + this.#contentBytesLeft);
      this.#contentBytesLeft -= part.length;
      this.#parts.content(part, this.#contentBytesLeft === 0);
      return at + part.length;
    }
    const next = this.#found.shift();
    if (next !== undefined) {
      const end = next.contentPosition - this.#position;
      this.#keepRaw(piece.subarray(at, end));
      this.#parts.entry(next.header, this.#takeRaw());
      this.#contentBytesLeft = next.header.sizeBytes;
      return end;
    }
    const restAt = Math.min(Math.max(this.#restFrom - this.#position, at), piece.length);
    if (restAt > at) {
      this.#keepRaw(piece.subarray(at, restAt));
      return restAt;
    }
    this.#flushRaw();
    this.#parts.rest(piece.subarray(at));
    return piece.length;
  }

  #keepRaw(bytes: Buffer): void {
    if (this.#rawBytes + bytes.length > MAX_RAW_BYTES) this.#flushRaw();
    this.#raw.push(bytes);
    this.#rawBytes += bytes.length;
  }

  #takeRaw(): Buffer {
    const [first, ...others] = this.#raw;
    const raw = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#raw);
    this.#raw = [];
    this.#rawBytes = 0;
    return raw;
  }

  #flushRaw(): void {
    if (this.#rawBytes > 0) this.#parts.raw(this.#takeRaw());
  }

  /** After something that is not understood everything is rest, from the last entry on. */
  #read(action: (reader: TarReader) => void): void {
    if (this.#problem !== undefined) return;
    try {
      action(this.#reader);
    } catch (thrown) {
      if (!(thrown instanceof LayahError) || thrown.constructor !== LayahError) throw thrown;
      this.#problem = thrown.message;
      this.#restFrom = 0;
    }
  }
}
