import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { parseInstalledFiles, parseRecord } from '../../../../src/components/sources/python-record.ts';
import { cpuSecondsSince } from '../../cpu-seconds.ts';

function paths(text: string): string[] {
  return [...parseRecord(text)].flatMap((row) => (row.kind === 'path' ? [row.path] : []));
}

function problems(text: string): string[] {
  return [...parseRecord(text)].flatMap((row) =>
    row.kind === 'problem' ? [`${row.lineNumber}: ${row.what}`] : [],
  );
}

describe('parseRecord', () => {
  it('takes the first field of every row, with and without a final line break', () => {
    expect(paths('a.py,sha256=x,5\nb/RECORD,,\n../../../bin/tool,sha256=y,3')).toEqual([
      'a.py',
      'b/RECORD',
      '../../../bin/tool',
    ]);
    expect(paths('a.py,,\r\nb.py,,\r\n')).toEqual(['a.py', 'b.py']);
    expect(paths('')).toEqual([]);
    expect(paths('\n\na.py\n,,\n')).toEqual(['a.py']);
  });

  it('reads quoted fields with commas, line breaks and doubled quotes', () => {
    expect(paths('"a,b.py",,\n"c\nd.py",,\n"say ""hi"".py",sha256=x,1\n"""",,\n"",,\n')).toEqual([
      'a,b.py',
      'c\nd.py',
      'say "hi".py',
      '"',
    ]);
  });

  it('takes a quote inside an unquoted field as it is, like the csv module', () => {
    expect(paths('a"b.py,,\n')).toEqual(['a"b.py']);
  });

  it('names the line of what makes no sense, and goes on with the next one', () => {
    const text = 'a,,\n"b"c,,\n"d\ne",,\n"f"g\nh,,\n"never\nclosed,,\n';
    expect(problems(text)).toEqual([
      '2: text after the closing quote',
      '5: text after the closing quote',
      '7: a quote that is not closed',
    ]);
    expect(paths(text)).toEqual(['a', 'd\ne', 'h']);
  });

  it('takes time in proportion to its length, whatever the quotes', () => {
    const started = cpuUsage();
    for (const unit of ['"\n', '"""\n', '"a"b\n', '""', '"', ',', 'a"\n"']) {
      expect([...parseRecord(unit.repeat(500_000))].length).toBeLessThanOrEqual(500_001);
    }
    expect(cpuSecondsSince(started)).toBeLessThan(5);
  });
});

describe('parseInstalledFiles', () => {
  it('takes every line but blank ones', () => {
    expect([...parseInstalledFiles('../a.py\r\n\n../a b.py\nPKG-INFO')]).toEqual([
      '../a.py',
      '../a b.py',
      'PKG-INFO',
    ]);
  });
});
