import { describe, expect, it } from 'vitest';
import { findRpmDatabases } from '../../../../src/components/sources/rpm-database.ts';
import type { RpmFile, RpmPackage } from '../../../../src/components/sources/rpm-package.ts';
import { claimRpmFiles } from '../../../../src/components/sources/rpm.ts';
import { createFindEntry } from '../../../../src/components/sources/tree-entries.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createMemoryRootfs, type MemoryTree } from '../memory-rootfs.ts';

const file = { kind: 'file' } as const;

function ownerOf(claims: SourceClaims | undefined, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim && `${claims?.components[claim.component]?.name} ${claim.strength}`;
}

describe('findRpmDatabases', () => {
  it('gives the newer place and the newer format first, and a place behind two names once', () => {
    const { reader } = createMemoryRootfs({
      'usr/share/rpm/Packages': file,
      'var/lib/rpm': { kind: 'symlink', target: '../../usr/lib/sysimage/rpm' },
      'usr/lib/sysimage/rpm/Packages': file,
      'usr/lib/sysimage/rpm/Packages.db': file,
    });
    expect(findRpmDatabases(reader)).toEqual([
      { backend: 'ndb', directory: 'usr/lib/sysimage/rpm' },
      { backend: 'bdb', directory: 'usr/lib/sysimage/rpm' },
      { backend: 'bdb', directory: 'usr/share/rpm' },
    ]);
  });
});

describe('claimRpmFiles', () => {
  const REGULAR = 0o100644;

  function rpmPackage(name: string, files: readonly Partial<RpmFile>[]): RpmPackage {
    const complete = files.map((listed) => ({
      name: '/a',
      state: 0,
      flags: 0,
      mode: REGULAR,
      sizeBytes: 5,
      digestHex: 'd'.repeat(64),
      ...listed,
    }));
    return {
      name,
      sourceRpm: `${name}-1-1.src.rpm`,
      buildTimeSeconds: 1,
      digestAlgorithm: 8,
      changelogTimesSeconds: [],
      files: complete,
    };
  }

  function claim(packages: readonly RpmPackage[], tree: MemoryTree): SourceClaims {
    const { scan, reader } = createMemoryRootfs(tree);
    const database = { backend: 'sqlite', directory: rootfsPath('var/lib/rpm') } as const;
    return claimRpmFiles(packages, database, { scan, find: createFindEntry(scan, reader) });
  }

  it('leaves out the keys that rpm keeps as packages', () => {
    const claims = claim([rpmPackage('gpg-pubkey', [{}]), rpmPackage('x', [])], { a: file });
    expect(claims.packageCount).toBe(1);
    expect(claims.components.map(({ name }) => name)).toEqual(['rpm/x', 'rpm/database']);
    expect(ownerOf(claims, 'a')).toBeUndefined();
  });

  it('keeps names that lead out of the tree inside it', () => {
    const claims = claim([rpmPackage('a', [{ name: '/../../etc/passwd' }, { name: '/usr/../../x' }])], {
      'etc/passwd': file,
      x: file,
    });
    expect(ownerOf(claims, 'etc/passwd')).toBe('rpm/a strong');
    expect(ownerOf(claims, 'x')).toBe('rpm/a strong');
  });

  it('takes the package name where there is no source package', () => {
    const claims = claim([{ ...rpmPackage('local', []), sourceRpm: undefined }], {});
    expect(claims.components[0]?.name).toBe('rpm/local');
  });

  it('claims only files in the state "normal"', () => {
    const states = [1, 2, 3, 4].map((state) => rpmPackage(`p${state}`, [{ state }]));
    expect(ownerOf(claim(states, { a: file }), 'a')).toBeUndefined();
    expect(ownerOf(claim([...states, rpmPackage('z', [{}])], { a: file }), 'a')).toBe('rpm/z strong');
    expect(ownerOf(claim([rpmPackage('old', [{ state: undefined }])], { a: file }), 'a')).toBe(
      'rpm/old strong',
    );
  });

  it('lets a shipped file beat a ghost, and the first package in byte order beat the others', () => {
    const packages = [rpmPackage('c', [{}]), rpmPackage('b', [{}]), rpmPackage('a', [{ flags: 64 }])];
    expect(ownerOf(claim(packages, { a: file }), 'a')).toBe('rpm/b strong');
    expect(ownerOf(claim(packages.toReversed(), { a: file }), 'a')).toBe('rpm/b strong');
  });

  it('does not claim a link where the package has a directory', () => {
    const packages = [rpmPackage('filesystem', [{ name: '/bin', mode: 0o040755 }])];
    expect(ownerOf(claim(packages, { bin: { kind: 'symlink', target: 'usr/bin' } }), 'bin')).toBeUndefined();
    expect(ownerOf(claim(packages, { bin: { kind: 'directory' } }), 'bin')).toBe('rpm/filesystem strong');
  });

  it('never lets a package have the database', () => {
    const packages = [rpmPackage('rpm', [{ name: '/var/lib/rpm/Packages', flags: 64 }])];
    expect(ownerOf(claim(packages, { 'var/lib/rpm/Packages': file }), 'var/lib/rpm/Packages')).toBe(
      'rpm/database strong',
    );
  });

  it('makes one component of two packages of one name', () => {
    const both = [rpmPackage('a', [{ name: '/lib/a' }]), rpmPackage('a', [{ name: '/lib64/a' }])];
    const claims = claim(both, { 'lib/a': file, 'lib64/a': file });
    expect(claims.packageCount).toBe(2);
    expect(claims.components.map(({ name }) => name)).toEqual(['rpm/a', 'rpm/database']);
    expect(ownerOf(claims, 'lib64/a')).toBe('rpm/a strong');
  });

  it.each<[string, Partial<RpmFile>, Partial<RpmPackage>, readonly unknown[]]>([
    ['by SHA-256', {}, {}, [{ algorithm: 'sha256', sizeBytes: 5, component: 0 }]],
    ['by SHA-1', {}, { digestAlgorithm: 2 }, [{ algorithm: 'sha1' }]],
    [
      'by MD5 where the header names no algorithm',
      {},
      { digestAlgorithm: undefined },
      [{ algorithm: 'md5' }],
    ],
    ['not by SHA-512, which is not in use', {}, { digestAlgorithm: 10 }, []],
    ['not without a size', { sizeBytes: undefined }, {}, []],
    ['not without a digest', { digestHex: undefined }, {}, []],
    ['not when it is a ghost', { flags: 64 }, {}, []],
    ['not when it was not installed', { state: 2 }, {}, []],
    ['not when it is a link', { mode: 0o120777 }, {}, []],
    ['not when it is at its place', { name: '/there' }, {}, []],
    ['also when a link is in its place', { name: '/link' }, {}, [{ algorithm: 'sha256' }]],
  ])('looks for a missing file %s', (_, listed, header, missing) => {
    const tree = { there: file, link: { kind: 'symlink', target: 'there' } } as const;
    const { scan, reader } = createMemoryRootfs(tree);
    const database = { backend: 'ndb', directory: rootfsPath('var/lib/rpm') } as const;
    const packages = [{ ...rpmPackage('a', [listed]), ...header }];
    const claims = claimRpmFiles(packages, database, { scan, find: createFindEntry(scan, reader) });
    expect(claims.missing).toMatchObject(missing);
    expect(claims.missing).toHaveLength(missing.length);
  });
});
