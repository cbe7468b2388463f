import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatNoun,
  formatPercent,
  formatSeconds,
  formatShare,
} from '../../../src/model/human-numbers.ts';

describe('formatBytes', () => {
  it('has one decimal in the largest binary unit', () => {
    const cases: [number, string][] = [
      [0, '0 B'],
      [1023, '1023 B'],
      [1024, '1.0 KiB'],
      [1536, '1.5 KiB'],
      [4 * 1024 ** 2, '4.0 MiB'],
      [123.4 * 1024 ** 2, '123.4 MiB'],
      [3 * 1024 ** 3, '3.0 GiB'],
      [2 * 1024 ** 4, '2.0 TiB'],
      [Number.MAX_SAFE_INTEGER, '8.0 PiB'],
    ];
    for (const [bytes, text] of cases) expect(formatBytes(bytes)).toBe(text);
  });

  it('never says 1024.0 of a unit', () => {
    expect(formatBytes(1024 ** 2 - 1)).toBe('1.0 MiB');
    expect(formatBytes(1023.9 * 1024)).toBe('1023.9 KiB');
    expect(formatBytes(1024 ** 3 - 1)).toBe('1.0 GiB');
  });
});

describe('counts', () => {
  it('have commas between thousands', () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  it('agree with their noun', () => {
    expect(formatNoun(1, 'file')).toBe('1 file');
    expect(formatNoun(6812, 'file')).toBe('6,812 files');
    expect(formatNoun(0, 'TOC entry', 'TOC entries')).toBe('0 TOC entries');
  });
});

describe('formatSeconds', () => {
  it('has a decimal below a minute and minutes from then on', () => {
    expect([0, 3.25, 59.94, 59.95, 125.4, 3600].map(formatSeconds)).toEqual([
      '0.0 s',
      '3.3 s',
      '59.9 s',
      '1 min 0 s',
      '2 min 5 s',
      '60 min 0 s',
    ]);
  });
});

describe('formatPercent', () => {
  it('says 100 % only of all', () => {
    expect(formatPercent(999, 1000)).toBe('99 %');
    expect(formatPercent(1000, 1000)).toBe('100 %');
    expect(formatPercent(0, 0)).toBe('100 %');
    expect(formatPercent(0, 5)).toBe('0 %');
  });
});

describe('formatShare', () => {
  it('has a decimal, and tells little from nothing', () => {
    expect(formatShare(1, 3)).toBe('33.3 %');
    expect(formatShare(5, 5)).toBe('100.0 %');
    expect(formatShare(0, 5)).toBe('0.0 %');
    expect(formatShare(1, 2000)).toBe('<0.1 %');
    expect(formatShare(0, 0)).toBe('-');
  });
});
