import { describe, expect, it } from 'vitest';
import { createReadBudget, LimitError } from '../../../src/images/read-budget.ts';
import { readTar } from './read-tar.ts';
import { END_OF_ARCHIVE, extension, paxBody, tarBlock } from './tar-blocks.ts';

const USUAL = { compressedBytes: 0, maxInflatedBytes: undefined, maxEntries: undefined };
const GIB = 2 ** 30;

function headerOf(name: string, attribute = '') {
  const pax = extension('x', paxBody([['SCHILY.xattr.user.a', attribute]]));
  const [entry] = readTar(Buffer.concat([pax, tarBlock({ name }), END_OF_ARCHIVE])).entries;
  if (entry === undefined) throw new Error('no entry');
  return entry.header;
}

describe('what is read of an image', () => {
  it('inflates to 4 GiB at most, or to 100 times its compressed size if that is more', () => {
    const small = createReadBudget(USUAL);
    small.countInflated(4 * GIB);
    expect(small.isExhausted).toBe(false);
    expect(() => small.countInflated(1)).toThrow(
      'the layers inflate to more than 4294967296 bytes: --max-inflated allows more',
    );
    expect(small.isExhausted).toBe(true);
    const large = createReadBudget({ ...USUAL, compressedBytes: GIB });
    large.countInflated(100 * GIB);
    expect(() => large.countInflated(1)).toThrow(LimitError);
  });

  it('inflates to what the user allows, whether that is more or less', () => {
    const budget = createReadBudget({ ...USUAL, maxInflatedBytes: 10 });
    budget.countInflated(10);
    expect(() => budget.countInflated(1)).toThrow('the layers inflate to more than 10 bytes');
  });

  it('has no more entries, and no more than two gzip members for each, than the user allows', () => {
    const budget = createReadBudget({ ...USUAL, maxEntries: 2 });
    const header = headerOf('a');
    for (let count = 0; count < 2; count++) budget.countEntry(header);
    expect(() => budget.countEntry(header)).toThrow(
      'the layers have more than 2 entries: --max-entries allows more',
    );
    for (let count = 0; count < 4; count++) budget.countMember();
    expect(() => budget.countMember()).toThrow('the layers consist of more than 4 gzip members');
  });

  it('has no more than 128 MiB of names and attributes', () => {
    const budget = createReadBudget(USUAL);
    const header = headerOf('a', 'x'.repeat(1_000_000));
    for (let count = 0; count < 134; count++) budget.countEntry(header);
    expect(() => budget.countEntry(header)).toThrow(
      'the names and attributes of the entries have more than 134217728 bytes',
    );
  });
});
