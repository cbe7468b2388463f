import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dpkgDatabase, file, link, loadDpkg, paragraph } from './dpkg-loading.ts';

function md5(content: string): string {
  return createHash('md5').update(content).digest('hex');
}

describe('the owners of paths that several packages list', () => {
  it('are the packages that replace the others', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase(
        [paragraph('a'), paragraph('b', 'Replaces: x, a (<< 2), y:any'), paragraph('c', 'Replaces:', ' b')],
        { 'a.list': '/two\n/three\n', 'b.list': '/two\n/three\n', 'c.list': '/three\n' },
      ),
      two: file(),
      three: file(),
    });
    expect(ownerOf('two')).toBe('dpkg/b strong');
    expect(ownerOf('three')).toBe('dpkg/c strong');
  });

  it('are the first in byte order when both replace each other, or none does', async () => {
    const lists = { 'a.list': '/x\n', 'b.list': '/x\n' };
    const both = [paragraph('a', 'Replaces: b'), paragraph('b', 'Replaces: a')];
    expect((await loadDpkg({ ...dpkgDatabase(both, lists), x: file() })).ownerOf('x')).toBe('dpkg/a strong');
    const none = [paragraph('b'), paragraph('a')];
    expect((await loadDpkg({ ...dpkgDatabase(none, lists), x: file() })).ownerOf('x')).toBe('dpkg/a strong');
  });

  it('are whole packages before half-installed and removed ones, whatever those replace', async () => {
    const { ownerOf, claims } = await loadDpkg({
      ...dpkgDatabase(
        [
          paragraph('a', 'Status: deinstall ok config-files', 'Replaces: c'),
          paragraph('b', 'Status: install reinstreq half-installed', 'Replaces: c'),
          paragraph('c'),
        ],
        { 'a.list': '/x\n/y\n/z\n', 'b.list': '/x\n/y\n', 'c.list': '/x\n' },
      ),
      x: file(),
      y: file(),
      z: file(),
    });
    expect(['x', 'y', 'z'].map(ownerOf)).toEqual(['dpkg/c strong', 'dpkg/b strong', 'dpkg/a strong']);
    expect(claims?.packageCount).toBe(2);
  });

  it('are one component when a package is there for two architectures', async () => {
    const same = ['Multi-Arch: same', 'Source: c'];
    const { claims, ownerOf, warnings } = await loadDpkg({
      ...dpkgDatabase([paragraph('libc6', ...same), paragraph('libc6', 'Architecture: i386', ...same)], {
        'libc6:amd64.list': '/lib/x86_64-linux-gnu/libc.so.6\n/usr/share/doc/libc6/copyright\n',
        'libc6:i386.list': '/lib/i386-linux-gnu/libc.so.6\n/usr/share/doc/libc6/copyright\n',
        'libc6:i386.md5sums': '',
      }),
      'lib/x86_64-linux-gnu/libc.so.6': file(),
      'lib/i386-linux-gnu/libc.so.6': file(),
      'usr/share/doc/libc6/copyright': file(),
    });
    expect(claims?.packageCount).toBe(2);
    expect(claims?.components.map(({ name }) => name)).toEqual(['dpkg/c', 'dpkg/database']);
    expect(ownerOf('lib/i386-linux-gnu/libc.so.6')).toBe('dpkg/c strong');
    expect(ownerOf('usr/share/doc/libc6/copyright')).toBe('dpkg/c strong');
    expect(ownerOf('var/lib/dpkg/info/libc6:i386.md5sums')).toBe('dpkg/c strong');
    expect(warnings).toEqual([]);
  });
});

describe('conffiles', () => {
  const digest = md5('x');

  it('are all that a removed package has', async () => {
    const removed = ['Status: deinstall ok config-files', 'Conffiles:', ` /etc/a ${digest}`];
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('a', ...removed)], { 'a.list': '/etc/a\n/usr/bin/a\n' }),
      'etc/a': file(),
      'usr/bin/a': file(),
    });
    expect(ownerOf('etc/a')).toBe('dpkg/a strong');
    expect(ownerOf('usr/bin/a')).toBeUndefined();
  });

  it('belong to the package whose list lacks them, unless another lists them', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase(
        [paragraph('a', 'Conffiles:', ` /etc/only a ${digest}`, ` /etc/b newconffile`), paragraph('b')],
        { 'a.list': '', 'b.list': '/etc/b\n' },
      ),
      'etc/only a': file(),
      'etc/b': file(),
    });
    expect(ownerOf('etc/only a')).toBe('dpkg/a strong');
    expect(ownerOf('etc/b')).toBe('dpkg/b strong');
  });

  it('go to the package that took over what another has given up', async () => {
    const conffiles = ['Conffiles:', ` /etc/moved ${digest} obsolete`, ` /etc/left ${digest} obsolete`];
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('a', ...conffiles), paragraph('b')], {
        'a.list': '/etc/moved\n/etc/left\n',
        'b.list': '/etc/moved\n',
      }),
      'etc/moved': file(),
      'etc/left': file(),
    });
    expect(ownerOf('etc/moved')).toBe('dpkg/b strong');
    expect(ownerOf('etc/left')).toBe('dpkg/a strong');
  });

  it('are put where a diversion moved them', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('a', 'Conffiles:', ` /etc/a ${digest}`)], { 'a.list': '' }),
      'var/lib/dpkg/diversions': file('/etc/a\n/etc/a.orig\nb\n'),
      'etc/a': file(),
      'etc/a.orig': file(),
    });
    expect(ownerOf('etc/a.orig')).toBe('dpkg/a strong');
    expect(ownerOf('etc/a')).toBeUndefined();
  });
});

describe('files that were moved', () => {
  const kernel = 'boot/vmlinuz-6.1.0-40-amd64';

  it('belong weakly to the package that misses them', async () => {
    const conffiles = ['Conffiles:', ` /etc/a.conf ${md5('configuration')}`];
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('a', ...conffiles), paragraph('linux')], {
        'a.list': '/usr/bin/a\n',
        'a.md5sums': `${md5('program')}  usr/bin/a\n`,
        'linux.list': `/${kernel}\n`,
        'linux.md5sums': `${md5('kernel')}  ${kernel}\n`,
      }),
      'opt/bin/a': file('program'),
      'usr/etc/a.conf': file('configuration'),
      'usr/lib/modules/6.1.0-40-amd64/vmlinuz': file('kernel'),
    });
    expect(ownerOf('opt/bin/a')).toBe('dpkg/a weak');
    expect(ownerOf('usr/etc/a.conf')).toBe('dpkg/a weak');
    expect(ownerOf('usr/lib/modules/6.1.0-40-amd64/vmlinuz')).toBe('dpkg/linux weak');
  });

  it('are only looked for among files of the same name, so that an application is not read', async () => {
    const { ownerOf, hashed } = await loadDpkg({
      ...dpkgDatabase([paragraph('a')], {
        'a.list': '/usr/share/doc/a/copyright\n/usr/bin/there\n',
        'a.md5sums': `${md5('MIT')}  usr/share/doc/a/copyright\n${md5('x')}  usr/bin/there\n`,
      }),
      'usr/bin/there': file('x'),
      'srv/LICENSE': file('MIT'),
      'srv/app.js': file('x'),
      'srv/there': file('x'),
    });
    expect(ownerOf('srv/LICENSE')).toBeUndefined();
    expect(hashed).toEqual([]);
  });

  it('are not looked for when nothing is missing, of conffiles that were given up, or of removed packages', async () => {
    const { hashed } = await loadDpkg({
      ...dpkgDatabase(
        [
          paragraph('a', 'Conffiles:', ` /etc/gone ${md5('x')} obsolete`),
          paragraph('b', 'Status: deinstall ok config-files', 'Conffiles:', ` /etc/deleted ${md5('x')}`),
        ],
        { 'a.list': '/.\n/a\n', 'a.md5sums': `${md5('x')}  a\n`, 'b.list': '' },
      ),
      a: file('x'),
      'srv/gone': file('x'),
      'srv/deleted': file('x'),
      'srv/a': file('x'),
    });
    expect(hashed).toEqual([]);
  });

  it('are found by the digests of a package whose file was diverted', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('a')], {
        'a.list': '/usr/bin/tool\n/gone\n',
        'a.md5sums': `${md5('x')}  usr/bin/tool\n`,
      }),
      'var/lib/dpkg/diversions': file('/usr/bin/tool\n/usr/bin/tool.real\nb\n'),
      'usr/bin/tool.real': file('x'),
      'srv/tool': file('x'),
    });
    expect(ownerOf('usr/bin/tool.real')).toBe('dpkg/a strong');
    expect(ownerOf('srv/tool')).toBeUndefined();
  });

  it('are found behind a link that was left in their place', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('a')], {
        'a.list': '/etc/a\n/gone\n',
        'a.md5sums': `${md5('x')}  etc/a\n`,
      }),
      'etc/a': link('/data/a'),
      'data/a': file('x'),
    });
    expect(ownerOf('etc/a')).toBe('dpkg/a strong');
    expect(ownerOf('data/a')).toBe('dpkg/a weak');
  });
});
