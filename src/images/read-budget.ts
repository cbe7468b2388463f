/*
 * How much of an image is read before it is taken for an attack. A gzip grows by up to 1032 times, a manifest may name
 * ten thousand layers, and a layer may have any number of entries: what follows bounds time and memory for all of them
 * together.
 */
import { LayahError } from '../model/errors.ts';
import type { TarHeader } from './tar-header.ts';

export interface ReadBudget {
  /** @throws LimitError when there is more of it than there may be; so do the others. */
  countInflated(bytes: number): void;
  countMember(): void;
  countEntry(header: TarHeader): void;
  /** Whether a limit was reached: nothing more should be read then. */
  readonly isExhausted: boolean;
}

export class LimitError extends LayahError {}

export interface BudgetInput {
  /** Of all layers together, as the manifest says. */
  readonly compressedBytes: number;
  /** `--max-inflated`; undefined for what is usual. */
  readonly maxInflatedBytes: number | undefined;
  /** `--max-entries`; undefined for what is usual. */
  readonly maxEntries: number | undefined;
}

/** What any image may inflate to. */
const MIN_INFLATED_BYTES = 4 * 2 ** 30;
/** Whole root filesystems have 2 to 4, logs up to 30; only files of zeros have more than this. */
const MAX_RATIO = 100;
/** More than a large desktop has; each takes about a kilobyte of our memory. */
const MAX_ENTRIES = 300_000;
/** Names, link targets and attributes of all entries. */
const MAX_TEXT_BYTES = 128 << 20;
/** A gzip member has 20 bytes or more, and costs as much time as a thousand bytes of content. */
const MAX_MEMBERS_PER_ENTRY = 2;

export function createReadBudget(input: BudgetInput): ReadBudget {
  const { compressedBytes, maxEntries = MAX_ENTRIES } = input;
  const maxBytes = input.maxInflatedBytes ?? Math.max(MIN_INFLATED_BYTES, MAX_RATIO * compressedBytes);
  const used = { inflatedBytes: 0, members: 0, entries: 0, textBytes: 0 };
  let isExhausted = false;
  const allow = (isAllowed: boolean, what: string): void => {
    if (isAllowed) return;
    isExhausted = true;
    throw new LimitError({ code: 'bad-image', message: what });
  };
  return {
    countInflated(bytes) {
      used.inflatedBytes += bytes;
      const what = `the layers inflate to more than ${maxBytes} bytes: --max-inflated allows more`;
      allow(used.inflatedBytes <= maxBytes, what);
    },
    countMember() {
      const max = maxEntries * MAX_MEMBERS_PER_ENTRY;
      const what = `the layers consist of more than ${max} gzip members: --max-entries allows more`;
      allow(++used.members <= max, what);
    },
    countEntry({ name, linkName, xattrs }) {
      const what = `the layers have more than ${maxEntries} entries: --max-entries allows more`;
      allow(++used.entries <= maxEntries, what);
      const attributes = xattrs.reduce((sum, xattr) => sum + xattr.name.length + xattr.value.length, 0);
      used.textBytes += name.length + linkName.length + attributes;
      const inText = `the names and attributes of the entries have more than ${MAX_TEXT_BYTES} bytes`;
      allow(used.textBytes <= MAX_TEXT_BYTES, inText);
    },
    get isExhausted() {
      return isExhausted;
    },
  };
}
