import { describe, expect, it } from 'vitest';
import { dpkgDatabase, file, link, loadDpkg, paragraph } from './dpkg-loading.ts';

describe('what no package lists', () => {
  it('is byte code that belongs to its module', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('python3-x', 'Source: x')], {
        'python3-x.list': '/usr/lib/python3/x/a.py\n',
      }),
      'usr/lib/python3/x/a.py': file(),
      'usr/lib/python3/x/__pycache__/a.cpython-311.pyc': file(),
      'usr/lib/python3/x/__pycache__/a.cpython-311.opt-1.pyc': file(),
      'usr/lib/python3/x/__pycache__/other.cpython-311.pyc': file(),
      'usr/lib/python3/x/a.pyc': file(),
    });
    expect(ownerOf('usr/lib/python3/x/__pycache__/a.cpython-311.pyc')).toBe('dpkg/x weak');
    expect(ownerOf('usr/lib/python3/x/__pycache__/a.cpython-311.opt-1.pyc')).toBe('dpkg/x weak');
    expect(ownerOf('usr/lib/python3/x/__pycache__/other.cpython-311.pyc')).toBeUndefined();
    expect(ownerOf('usr/lib/python3/x/a.pyc')).toBeUndefined();
  });

  it('is what the scripts of a package generate', async () => {
    const { ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('ca-certificates'), paragraph('locales', 'Source: glibc')], {
        'ca-certificates.list': '/etc/ssl/certs\n',
        'locales.list': '',
      }),
      'etc/ssl/certs/ca-certificates.crt': file(),
      'etc/ssl/certs/a.pem': link('/usr/share/ca-certificates/a.crt'),
      'usr/lib/locale/locale-archive': file(),
      'usr/lib/udev/hwdb.bin': file(),
    });
    expect(ownerOf('etc/ssl/certs/ca-certificates.crt')).toBe('dpkg/ca-certificates weak');
    expect(ownerOf('etc/ssl/certs/a.pem')).toBe('dpkg/ca-certificates weak');
    expect(ownerOf('usr/lib/locale/locale-archive')).toBe('dpkg/glibc weak');
    expect(ownerOf('usr/lib/udev/hwdb.bin')).toBeUndefined();
  });

  it('is the state of the package manager, which changes with every build', async () => {
    const { claims, ownerOf } = await loadDpkg({
      ...dpkgDatabase([paragraph('apt')], { 'apt.list': '/var/lib/apt/lists/partial\n/var/log/apt\n' }),
      'var/lib/apt/lists/partial': { kind: 'directory' },
      'var/lib/apt/lists/deb.debian.org_Packages': file(),
      'var/lib/apt/extended_states': file(),
      'var/cache/apt/pkgcache.bin': file(),
      'var/cache/debconf/templates.dat': file(),
      'var/log/dpkg.log': file(),
      'var/log/syslog': file(),
      'etc/ld.so.cache': file(),
    });
    expect(ownerOf('var/lib/apt/lists/partial')).toBe('dpkg/apt strong');
    expect(ownerOf('var/lib/apt/lists/deb.debian.org_Packages')).toBe('dpkg/apt-lists weak');
    expect(ownerOf('var/cache/apt/pkgcache.bin')).toBe('dpkg/apt-cache weak');
    expect(ownerOf('var/lib/apt/extended_states')).toBe('dpkg/state weak');
    expect(ownerOf('var/cache/debconf/templates.dat')).toBe('dpkg/state weak');
    expect(ownerOf('var/log/dpkg.log')).toBe('dpkg/state weak');
    expect(ownerOf('etc/ld.so.cache')).toBe('dpkg/state weak');
    expect(ownerOf('var/log/syslog')).toBeUndefined();
    const changing = claims?.components.filter(({ changesEveryBuild }) => changesEveryBuild);
    expect(changing?.map(({ name }) => name)).toEqual([
      'dpkg/database',
      'dpkg/apt-lists',
      'dpkg/apt-cache',
      'dpkg/state',
    ]);
  });

  it('is no state where the tree has none', async () => {
    const { claims } = await loadDpkg(dpkgDatabase([paragraph('a')], { 'a.list': '' }));
    expect(claims?.components.map(({ name }) => name)).toEqual(['dpkg/a', 'dpkg/database']);
  });
});
