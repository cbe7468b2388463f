import { linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { expect } from 'vitest';
import { type FidelityCase, makeFile, type Name, parentOf, statsOf } from './fidelity-case.ts';

const ODD_NAMES: readonly (readonly [what: string, name: Name])[] = [
  ['of 255 bytes', 'n'.repeat(255)],
  ['of 85 characters that take 255 bytes', '文'.repeat(85)],
  ['with a newline', 'line\nbreak'],
  ['that ends in a newline', 'newline at the end\n'],
  ['with a tab', 'tab\tstop'],
  ['with control characters', 'bell\u0007escape\u001bdelete\u007f'],
  ['with quotes', `it's "quoted" \`twice\``],
  ['with backslashes', '\\back\\slash\\n\\101'],
  ['with a leading dash', '-rf'],
  ['with spaces at both ends', '  spaces  '],
  ['of dots', '...'],
  ['with what a shell would expand', '$(id) * ? [a-z] {a,b} ~ ! & ; | < >'],
  ['with percent signs and commas', '100%,%2C,%'],
  ['with a byte order mark in front', '\ufeffmark'],
  ['with line and paragraph separators', 'a\u2028b\u2029c'],
  ['with the replacement character itself', 'replaced \ufffd'],
  ['beyond the basic plane', 'clef \u{1d11e}'],
  ['that is not UTF-8', Buffer.from('latin1 \xe9\xff', 'latin1')],
  ['with a surrogate encoded as if it were a character', Buffer.from([0x73, 0xed, 0xa0, 0x80])],
  ['that PAX headers have', 'PaxHeader'],
  ['that a tar reader might take for an option', '--checkpoint-action=exec=id'],
];

const IN_NAMES = 'names';

export const nameCases: readonly FidelityCase[] = [
  ...ODD_NAMES.map(([what, name]) => fileCase(`a name ${what}`, inDirectory(IN_NAMES, name))),
  {
    title: 'a name in composed and one in decomposed form (NFC, NFD), side by side',
    make(tree) {
      makeFile(tree, 'forms/\u00e9', 'NFC');
      makeFile(tree, 'forms/e\u0301', 'NFD');
    },
    expectation(tree) {
      expect(readdirSync(tree.at('forms')).sort()).toEqual(['e\u0301', '\u00e9']);
      expect(readFileSync(tree.at('forms/\u00e9'), 'utf8')).toBe('NFC');
    },
  },
  {
    title: 'names that differ in case only',
    make(tree) {
      for (const name of ['case/readme', 'case/README', 'case/ReadMe']) makeFile(tree, name, name);
    },
    expectation(tree) {
      expect(readdirSync(tree.at('case')).sort()).toEqual(['README', 'ReadMe', 'readme']);
    },
  },
  fileCase('a path of 4,000 bytes', longPath(4000)),
  fileCase('a path of 256 bytes, one more than ustar can hold', 'p'.repeat(100) + '/' + 'q'.repeat(155)),
  {
    title: 'an ordinary name in a directory whose name is not UTF-8',
    make(tree) {
      makeFile(tree, Buffer.from('names/\xff directory/below', 'latin1'), 'below');
    },
    expectation(tree) {
      const path = Buffer.from('names/\xff directory/below', 'latin1');
      expect(readFileSync(tree.at(path), 'utf8')).toBe('below');
    },
  },
  {
    title: 'an empty directory whose name is not UTF-8',
    make(tree) {
      mkdirSync(tree.at(Buffer.from('names/\xfe empty', 'latin1')), { recursive: true });
    },
    expectation(tree) {
      expect(statsOf(tree, Buffer.from('names/\xfe empty', 'latin1')).isDirectory()).toBe(true);
    },
  },
  {
    title: 'a link target that is not UTF-8',
    make(tree) {
      mkdirSync(tree.at('targets'), { recursive: true });
      symlinkSync(Buffer.from('caf\xe9', 'latin1'), tree.at('targets/latin1'));
    },
    expectation(tree) {
      expect(readlinkSync(tree.at('targets/latin1'), { encoding: 'latin1' })).toBe('caf\xe9');
    },
  },
  {
    title: 'a name that is not UTF-8 and one that is, of one inode',
    make(tree) {
      makeFile(tree, 'twins/ordinary', 'twin');
      linkSync(tree.at('twins/ordinary'), tree.at(Buffer.from('twins/\xff', 'latin1')));
    },
    expectation(tree) {
      expect(statsOf(tree, Buffer.from('twins/\xff', 'latin1')).ino).toBe(
        statsOf(tree, 'twins/ordinary').ino,
      );
      expect(statsOf(tree, 'twins/ordinary').nlink).toBe(2n);
    },
  },
  fileCase('the name of the TOC at the root', 'stargz.index.json'),
  fileCase('the name of the landmark at the root', '.prefetch.landmark'),
  fileCase('the name of the other landmark at the root, a directory', '.no.prefetch.landmark/below'),
  fileCase('the name of the TOC in a directory', 'etc/stargz.index.json'),
  fileCase('the name of a landmark in a directory', 'etc/.prefetch.landmark'),
];

function inDirectory(directory: string, name: Name): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name)]);
}

function longPath(bytes: number): string {
  const directories = `long/${`${'d'.repeat(249)}/`.repeat(15)}`;
  return directories + 'f'.repeat(bytes - directories.length);
}

function fileCase(title: string, path: Name): FidelityCase {
  return {
    title,
    make: (tree) => makeFile(tree, path, `content of ${title}`),
    expectation(tree) {
      const names = readdirSync(tree.at(parentOf(path)), { encoding: 'latin1' });
      expect(names).toContain(Buffer.from(path).toString('latin1').replace(/^.*\//s, ''));
      expect(readFileSync(tree.at(path), 'utf8')).toBe(`content of ${title}`);
    },
  };
}
