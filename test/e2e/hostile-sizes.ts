import { gzipSync } from 'node:zlib';
import { fill, INSTALLED, link, MEBIBYTE, plantAlpm, plantDpkg, write } from './hostile-files.ts';
import type { HostileTree } from './hostile-tree.ts';
import { buildNdb, buildRpmHeader } from '../unit/components/sources/rpm-database-builder.ts';

/** Databases that are made to fill the memory, or to keep a build busy. */
export const HOSTILE_SIZES: readonly HostileTree[] = [
  {
    what: 'a Source line of 10 MB',
    make: (root) =>
      write(root, 'var/lib/dpkg/status', `Package: a\n${INSTALLED}Source: ${'x'.repeat(10_000_000)}\n`),
    exitCode: 1,
    says: /line 5 of \/var\/lib\/dpkg\/status: .*Source/,
  },
  {
    what: 'a dpkg status of 64 MiB that is one field of short lines',
    make: (root) => fill(root, 'var/lib/dpkg/status', `Package: a\n${INSTALLED}Conffiles:\n`, ' /\n'),
    exitCode: 0,
  },
  {
    what: 'a dpkg status of 64 MiB of short paragraphs',
    make: (root) =>
      fill(root, 'var/lib/dpkg/status', '', (index) => `Package: p${index}\nStatus: a b installed\n\n`),
    exitCode: 1,
    says: /absurdly many packages/,
  },
  {
    what: 'dpkg lists of 64 MiB of short lines',
    make(root) {
      plantDpkg(root, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
        fill(root, `var/lib/dpkg/info/${name}.list`, '', (index) => `/${index}/x\n`);
    },
    exitCode: 1,
    says: /more than 4000000 lines/,
  },
  {
    what: 'a dpkg list of a million lines through a link that goes round in circles',
    make(root) {
      plantDpkg(root, ['a']);
      fill(root, 'var/lib/dpkg/info/a.list', '', (index) => `/loop/${index}/x\n`, 16 * MEBIBYTE);
      link(root, 'loop', 'loop2');
      link(root, 'loop2', './x/../x/../x/../loop');
    },
    exitCode: 0,
  },
  {
    what: 'changelogs that are gzip bombs',
    make(root) {
      const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
      const bomb = gzipSync(Buffer.alloc(256 * MEBIBYTE), { level: 9 });
      plantDpkg(root, names);
      for (const name of names) write(root, `usr/share/doc/${name}/changelog.gz`, bomb);
    },
    exitCode: 0,
  },
  {
    what: 'an apk database of 128 MiB of short paths',
    make: (root) =>
      fill(root, 'lib/apk/db/installed', 'P:a\nF:usr\n', (index) => `R:${index}\n`, 128 * MEBIBYTE),
    exitCode: 0,
    says: /more than 4000000 paths/,
  },
  {
    what: 'a pacman list of 64 MiB of short lines, and an mtree that is a gzip bomb',
    make(root) {
      plantAlpm(root, 'a');
      fill(root, 'var/lib/pacman/local/a-1-1/files', '%FILES%\n', (index) => `${index}/x\n`);
      const line = './a type=file size=1 md5=d41d8cd98f00b204e9800998ecf8427e\n';
      write(root, 'var/lib/pacman/local/a-1-1/mtree', gzipSync(line.repeat(1_000_000)));
    },
    exitCode: 0,
  },
  {
    what: 'four RECORD files of 16 MiB of short lines',
    make(root) {
      for (let index = 0; index < 4; index++)
        fill(root, `opt/lib/a${index}-1.dist-info/RECORD`, '', (line) => `${line}\n`, 16 * MEBIBYTE - 100);
    },
    exitCode: 0,
  },
  {
    what: 'conda packages of 16 MiB of JSON, deep and wide',
    make(root) {
      const half = 8 * MEBIBYTE - 10;
      write(root, 'opt/conda-meta/deep.json', '['.repeat(half) + ']'.repeat(half));
      write(root, 'opt/conda-meta/wide.json', `{"name":"a","files":[${'{},'.repeat(5_000_000)}{}]}`);
      write(root, 'opt/conda-meta/many.json', `{"name":"a","files":[${'"",'.repeat(5_000_000)}""]}`);
    },
    exitCode: 0,
  },
  {
    what: 'gem specifications of 4 MiB that nearly match',
    make(root) {
      const near = `${'  s.executables = ["'.repeat(200_000)}\n${'# stub: '.repeat(10)}`;
      for (let index = 0; index < 30; index++) write(root, `gems/specifications/a-${index}.gemspec`, near);
    },
    exitCode: 0,
  },
  {
    what: 'an ndb database with a million files in each of fifty packages',
    make(root) {
      const count = 1_000_000;
      const header = buildRpmHeader([
        [1000, { type: 'string', strings: ['a'] }],
        [1116, { type: 'int32', numbers: Array.from<number>({ length: count }).fill(0) }],
        [1117, { type: 'strings', strings: Array.from<string>({ length: count }).fill('x') }],
        [1118, { type: 'strings', strings: [`/${'d/'.repeat(1000)}`] }],
      ]);
      const headers = new Map(Array.from({ length: 50 }, (_, index) => [index + 1, header]));
      write(root, 'var/lib/rpm/Packages.db', buildNdb(headers));
    },
    exitCode: 1,
    says: /lists so many files/,
  },
];
