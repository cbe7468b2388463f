/*
 * SHA-256 digests and their numbers, 0, 1, 2..., without an object for each: 32 bytes, and about 8 more of the table that
 * finds them. A million of them would take four times as much as strings in a Map.
 */

/** 32-bit words of a digest. */
const WORDS = 8;
const INITIAL_CAPACITY = 1024;

export class DigestTable {
  /** The digests in the order of their numbers. */
  #digests = new Uint32Array(INITIAL_CAPACITY * WORDS);
  /** Open addressing, at most half full: a number plus one, 0 for nothing. */
  #slots = new Uint32Array(INITIAL_CAPACITY * 2);
  #count = 0;
  readonly #wanted = new Uint32Array(WORDS);
  /** The same memory as bytes. */
  readonly #wantedBytes = Buffer.from(this.#wanted.buffer);

  get count(): number {
    return this.#count;
  }

  /** The number of a digest, which is given one if it has none. @param hex 64 digits. */
  add(hex: string): number {
    const slot = this.#findSlot(hex);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) return known - 1;
    if (this.#count * WORDS === this.#digests.length) {
      this.#grow();
      return this.add(hex);
    }
    this.#digests.set(this.#wanted, this.#count * WORDS);
    this.#slots[slot] = ++this.#count;
    return this.#count - 1;
  }

  /** The number of a digest; undefined when it has none. */
  find(hex: string): number | undefined {
    const known = this.#slots[this.#findSlot(hex)] ?? 0;
    return known > 0 ? known - 1 : undefined;
  }

  /** The digest of a number. */
  hexOf(number: number): string {
    const words = this.#digests.subarray(number * WORDS, (number + 1) * WORDS);
    return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('hex');
  }

  #findSlot(hex: string): number {
    this.#wantedBytes.write(hex, 'hex');
    const mask = this.#slots.length - 1;
    // The digits of a digest are as good as random.
    let slot = (this.#wanted[1] ?? 0) & mask;
    for (;;) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0 || this.#isWanted(known - 1)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isWanted(number: number): boolean {
    const start = number * WORDS;
    for (let word = 0; word < WORDS; word++) {
      if (this.#digests[start + word] !== this.#wanted[word]) return false;
    }
    return true;
  }

  #grow(): void {
    const digests = new Uint32Array(this.#digests.length * 2);
    digests.set(this.#digests);
    this.#digests = digests;
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = (digests[number * WORDS + 1] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}
