import { describe, expect, it } from 'vitest';
import { createListReader, type DpkgLists } from '../../../../src/components/sources/dpkg-lists.ts';
import { parseDpkgStatus, type DpkgPackage } from '../../../../src/components/sources/dpkg-status.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createMemoryRootfs } from '../memory-rootfs.ts';
import { dpkgDatabase, paragraph } from './dpkg-loading.ts';

const digest = 'd41d8cd98f00b204e9800998ecf8427e';
const packages = parseDpkgStatus([paragraph('a'), paragraph('b')].join('\n'));

function createLists(info: Readonly<Record<string, string>>, maxLines?: number): DpkgLists {
  const { reader } = createMemoryRootfs(dpkgDatabase([], info));
  return createListReader(
    (path, maxBytes) => reader.readFile(path, maxBytes),
    rootfsPath('var/lib/dpkg'),
    maxLines,
  );
}

describe('the file lists of dpkg', () => {
  it.each<[string, string, (lists: DpkgLists, dpkgPackage: DpkgPackage) => unknown]>([
    ['list', '/x\n', (lists, dpkgPackage) => lists.readPaths(dpkgPackage)],
    ['md5sums', `${digest}  x\n`, (lists, dpkgPackage) => [...lists.readMd5sums(dpkgPackage)]],
  ])('are refused when all together have absurdly many lines: %s', (kind, line, read) => {
    const info = { [`a.${kind}`]: line.repeat(6), [`b.${kind}`]: line.repeat(5) };
    const all = (lists: DpkgLists): unknown[] => packages.map((dpkgPackage) => read(lists, dpkgPackage));
    expect(all(createLists(info, 11))).toMatchObject([{ length: 6 }, { length: 5 }]);
    expect(() => all(createLists(info, 10))).toThrow(
      expect.objectContaining({
        code: 'bad-database',
        message: 'the file lists in /var/lib/dpkg/info have more than 10 lines',
      }),
    );
  });

  it('have none for a package that dpkg keeps nothing of', () => {
    const lists = createLists({});
    expect(packages.map((dpkgPackage) => lists.readPaths(dpkgPackage))).toEqual([undefined, undefined]);
    expect(packages.flatMap((dpkgPackage) => Array.from(lists.readMd5sums(dpkgPackage)))).toEqual([]);
  });
});
