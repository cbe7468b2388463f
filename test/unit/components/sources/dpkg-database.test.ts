import { describe, expect, it } from 'vitest';
import { dpkgDatabase, file, link, loadDpkg, paragraph } from './dpkg-loading.ts';

const digest = 'd41d8cd98f00b204e9800998ecf8427e';

/** As distroless images have it: the control file of the package, which has no Status. */
function control(name: string, ...fields: readonly string[]): string {
  return [`Package: ${name}`, 'Version: 1', 'Architecture: amd64', ...fields, ''].join('\n');
}

describe('the database of a distroless image', () => {
  const distroless = {
    'var/lib/dpkg/status.d/libssl3': file(control('libssl3', 'Source: openssl', 'Description: x', ' y')),
    'var/lib/dpkg/status.d/libssl3.md5sums': file(
      `${digest}  usr/lib/libssl.so.3\n${digest}  ./usr/lib/engine\n`,
    ),
    'var/lib/dpkg/status.d/base': file(control('base-files')),
    'usr/lib/libssl.so.3': file(),
    'usr/lib/engine': file(),
    'usr/lib/os-release': file(),
  };

  it('gives a package what its digests list, and its own files of status.d', async () => {
    const { claims, ownerOf, warnings } = await loadDpkg(distroless);
    expect(claims?.packageCount).toBe(2);
    expect(claims?.components.map(({ name }) => name)).toEqual([
      'dpkg/base-files',
      'dpkg/openssl',
      'dpkg/database',
    ]);
    expect(ownerOf('usr/lib/libssl.so.3')).toBe('dpkg/openssl strong');
    expect(ownerOf('usr/lib/engine')).toBe('dpkg/openssl strong');
    expect(ownerOf('usr/lib/os-release')).toBeUndefined();
    expect(ownerOf('var/lib/dpkg/status.d/libssl3.md5sums')).toBe('dpkg/openssl strong');
    expect(ownerOf('var/lib/dpkg/status.d/base')).toBe('dpkg/base-files strong');
    expect(warnings).toEqual(['the dpkg package base-files has no file list']);
  });

  it('is read together with status, which counts for a package that both have', async () => {
    const { claims, ownerOf } = await loadDpkg({
      ...distroless,
      ...dpkgDatabase([paragraph('libssl3', 'Source: newer'), paragraph('apt')], {
        'libssl3.list': '/usr/lib/libssl.so.3\n',
        'apt.list': '/usr/bin/apt\n',
      }),
      'usr/bin/apt': file(),
    });
    expect(claims?.packageCount).toBe(3);
    expect(ownerOf('usr/lib/libssl.so.3')).toBe('dpkg/newer strong');
    expect(ownerOf('usr/lib/engine')).toBeUndefined();
    expect(ownerOf('usr/bin/apt')).toBe('dpkg/apt strong');
  });

  it('loses a package whose file is damaged or no file, with a warning that names it', async () => {
    const { claims, warnings } = await loadDpkg({
      ...distroless,
      'var/lib/dpkg/status.d/base': file('nonsense\n'),
      'var/lib/dpkg/status.d/fifo': { kind: 'fifo' },
      'var/lib/dpkg/status.d/directory/x': file('not looked at'),
    });
    expect(claims?.packageCount).toBe(1);
    expect(warnings).toEqual([
      'a file of the package database is not used: line 1 of /var/lib/dpkg/status.d/base: no "Field: value" line: "nonsense"',
      'a file of the package database is not used: /var/lib/dpkg/status.d/fifo cannot be used',
    ]);
  });

  it('is an error when all of its files are damaged', async () => {
    await expect(loadDpkg({ 'var/lib/dpkg/status.d/a': file('nonsense\n') })).rejects.toMatchObject({
      code: 'bad-database',
      message: 'line 1 of /var/lib/dpkg/status.d/a: no "Field: value" line: "nonsense"',
    });
  });

  it('follows links inside the tree only', async () => {
    const { ownerOf, claims } = await loadDpkg({
      'var/lib/dpkg/status.d': link('/../../../real'),
      'real/a': link('../../../../stanza'),
      'real/a.md5sums': file(`${digest}  ../../usr/bin/a\n`),
      stanza: file(control('a')),
      'usr/bin/a': file(),
    });
    expect(claims?.packageCount).toBe(1);
    expect(ownerOf('usr/bin/a')).toBe('dpkg/a strong');
    expect(ownerOf('real/a.md5sums')).toBeUndefined();
  });
});

describe('the place of the database', () => {
  const elsewhere = {
    'usr/lib/sysimage/dpkg/status': file(paragraph('a')),
    'usr/lib/sysimage/dpkg/info/a.list': file('/a\n'),
    'usr/lib/sysimage/dpkg/info/a.postinst': file(),
    'usr/lib/sysimage/dpkg/diversions': file('/a\n/a.orig\n:\n'),
    'a.orig': file(),
  };

  it.each([
    ['alone', {}],
    ['behind a link', { 'var/lib/dpkg': link('../../usr/lib/sysimage/dpkg') }],
    ['beside an empty one', { 'var/lib/dpkg/status': file('') }],
  ])('can be usr/lib/sysimage/dpkg, %s', async (_, more) => {
    const { claims, ownerOf, warnings } = await loadDpkg({ ...elsewhere, ...more });
    expect(claims?.packageCount).toBe(1);
    expect(ownerOf('a.orig')).toBe('dpkg/a strong');
    expect(ownerOf('usr/lib/sysimage/dpkg/info/a.postinst')).toBe('dpkg/a strong');
    expect(ownerOf('usr/lib/sysimage/dpkg/status')).toBe('dpkg/database strong');
    for (const path of Object.keys(more)) expect(ownerOf(path)).toBe('dpkg/database strong');
    expect(warnings).toEqual([]);
  });

  it('is var/lib/dpkg when both have packages', async () => {
    const { claims } = await loadDpkg({ ...elsewhere, ...dpkgDatabase([paragraph('b')], { 'b.list': '' }) });
    expect(claims?.components.map(({ name }) => name)).toEqual(['dpkg/b', 'dpkg/database']);
  });

  it('is named in errors', async () => {
    const tree = { 'usr/lib/sysimage/dpkg/status': file('nonsense\n') };
    await expect(loadDpkg(tree)).rejects.toMatchObject({
      message: 'line 1 of /usr/lib/sysimage/dpkg/status: no "Field: value" line: "nonsense"',
    });
  });

  it('may hold no package at all', async () => {
    const { claims } = await loadDpkg({ 'var/lib/dpkg/status': file('') });
    expect(claims).toMatchObject({ packageCount: 0, components: [{ name: 'dpkg/database' }] });
    expect((await loadDpkg({ 'var/lib/dpkg/status.d': { kind: 'directory' } })).claims).toBeUndefined();
  });
});
