import { expect, it } from 'vitest';
import { parseDpkgDiversions } from '../../../../src/components/sources/dpkg-diversions.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';

const sh = rootfsPath('/bin/sh');
const file = rootfsPath('var/lib/dpkg/diversions');
const divert = parseDpkgDiversions(
  '/bin/sh\n/bin/sh.distrib\ndash\n/etc/local\n/etc/local.real\n:\n/a\n/../../outside\nx\n',
  file,
);

it('moves the file of every package but the one that diverts', () => {
  expect(divert(sh, 'bash')).toBe('bin/sh.distrib');
  expect(divert(sh, 'dash')).toBe('bin/sh');
});

it('moves the file of every package for a local diversion', () => {
  expect(divert(rootfsPath('/etc/local'), 'dash')).toBe('etc/local.real');
});

it('leaves other paths alone', () => {
  expect(divert(rootfsPath('/bin/bash'), 'bash')).toBe('bin/bash');
});

it('never leads out of the tree', () => {
  expect(divert(rootfsPath('/a'), 'bash')).toBe('outside');
});

it('takes an empty file for no diversions', () => {
  expect(parseDpkgDiversions('', file)(sh, 'bash')).toBe('bin/sh');
});

it('refuses lines that are no multiple of three', () => {
  expect(() => parseDpkgDiversions('/bin/sh\n/bin/sh.distrib\n', file)).toThrow(
    expect.objectContaining({
      code: 'bad-database',
      message: '/var/lib/dpkg/diversions has 2 lines, which is no multiple of three',
    }),
  );
});
