import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAlpmDesc, parseAlpmFiles } from '../../../../src/components/sources/alpm-desc.ts';

const LOCAL = 'test/fixtures/alpm/tree/var/lib/pacman/local';

describe('parseAlpmDesc', () => {
  it('reads what pacman wrote of a package of several', () => {
    expect(parseAlpmDesc(readFileSync(`${LOCAL}/demo-libs-1:2.0-1/desc`, 'latin1'))).toEqual({
      name: 'demo-libs',
      base: 'demo',
      version: '1:2.0-1',
      buildTimeSeconds: 1700000100,
    });
  });

  it('takes the package for its base when there is none', () => {
    expect(parseAlpmDesc(readFileSync(`${LOCAL}/tool-0.1-3/desc`, 'latin1'))).toMatchObject({
      name: 'tool',
      base: 'tool',
    });
  });

  it('reads sections that no blank line parts', () => {
    expect(parseAlpmDesc('%NAME%\na\n%BASE%\nb\n%BUILDDATE%\n7')).toEqual({
      name: 'a',
      base: 'b',
      buildTimeSeconds: 7,
    });
  });

  it('takes the first line of a section and the first section of a name', () => {
    expect(parseAlpmDesc('%NAME%\na\nb\n\n%NAME%\nc\n')).toMatchObject({ name: 'a' });
  });

  it.each(['0', 'soon', '-5', '1e9', '9'.repeat(30)])('knows no build time from %j', (date) => {
    expect(parseAlpmDesc(`%NAME%\na\n\n%BUILDDATE%\n${date}\n`)?.buildTimeSeconds).toBeUndefined();
  });

  it.each(['', '\n', 'a\n', '%NAME%', '%NAME%\n\na\n', '%name%\na\n', `%NAME%\n${'a'.repeat(10_000_000)}\n`])(
    'finds no package in %#',
    (text) => {
      expect(parseAlpmDesc(text)).toBeUndefined();
    },
  );
});

describe('parseAlpmFiles', () => {
  function filesOf(text: string): string[] {
    const lines: string[] = [];
    parseAlpmFiles(text, (line) => lines.push(line));
    return lines;
  }

  it('lists the files and their directories as pacman wrote them', () => {
    expect(filesOf(readFileSync(`${LOCAL}/demo-1:2.0-1/files`, 'latin1'))).toEqual([
      'etc/',
      'etc/demo.conf',
      'usr/',
      'usr/bin/',
      'usr/bin/demo',
      'usr/share/',
      'usr/share/demo/',
      'usr/share/demo/with space \u00c3\u00a9',
      'var/',
      'var/lib/',
      'var/lib/shared/',
    ]);
  });

  it('takes a file that is called like a section for a file', () => {
    expect(filesOf('%FILES%\n%NAME%\n%BACKUP%\n\n%BACKUP%\netc/x\tmd5\n')).toEqual(['%NAME%', '%BACKUP%']);
  });

  it('passes over a line of 10 MB', () => {
    expect(filesOf(`%FILES%\n${'x'.repeat(10_000_000)}\na\n`)).toEqual(['a']);
  });
});
