import { expect, it } from 'vitest';
import { selectFiles } from '../../../src/records/select-files.ts';
import { scanOf } from '../components/memory-rootfs.ts';

const SCAN = scanOf({
  bin: { kind: 'symlink', target: 'usr/bin' },
  'usr/bin/a': { kind: 'file' },
  'usr/bin/b': { kind: 'file' },
  'usr/bin/link': { kind: 'symlink', target: 'b' },
  'usr/lib/x/1.so': { kind: 'file' },
  'usr/lib/x/2.so': { kind: 'file' },
  'usr/lib/3.so': { kind: 'file' },
  'usr/lib/pipe': { kind: 'fifo' },
  'usr/lib/empty': { kind: 'directory' },
});

function select(...texts: string[]) {
  const { paths, unmatched } = selectFiles(
    texts.map((text, index) => ({ lineNumber: index + 1, text })),
    SCAN,
  );
  return { paths, unmatched: unmatched.map(({ text }) => text) };
}

it('keeps the order of the list, and each file once', () => {
  expect(select('/usr/lib/3.so', 'usr/bin/*', '/usr/bin/a')).toEqual({
    paths: ['usr/lib/3.so', 'usr/bin/a', 'usr/bin/b'],
    unmatched: [],
  });
});

it('finds paths through symlinks', () => {
  expect(select('/bin/link', 'bin/a').paths).toEqual(['usr/bin/b', 'usr/bin/a']);
});

it('takes a directory for all the files below it', () => {
  expect(select('/usr/lib/x', '/bin').paths).toEqual([
    'usr/lib/x/1.so',
    'usr/lib/x/2.so',
    'usr/bin/a',
    'usr/bin/b',
  ]);
  expect(select('/').paths).toHaveLength(5);
});

it('matches globs at any depth', () => {
  expect(select('/usr/**/*.so').paths).toEqual(['usr/lib/3.so', 'usr/lib/x/1.so', 'usr/lib/x/2.so']);
});

it('says which patterns name no file', () => {
  expect(select('/gone', '/usr/lib/empty', '/usr/lib/pipe', '*.so', '/usr/bin/a').unmatched).toEqual([
    '/gone',
    '/usr/lib/empty',
    '/usr/lib/pipe',
    '*.so',
  ]);
});
