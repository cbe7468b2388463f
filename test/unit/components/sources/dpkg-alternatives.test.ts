import { describe, expect, it } from 'vitest';
import { parseAlternative } from '../../../../src/components/sources/dpkg-alternatives.ts';
import { dpkgDatabase, file, link, loadDpkg, paragraph } from './dpkg-loading.ts';

/** As update-alternatives of Debian 12 wrote it. */
const awk = `auto
/usr/bin/awk
awk.1.gz
/usr/share/man/man1/awk.1.gz
nawk
/usr/bin/nawk

/usr/bin/mawk
5
/usr/share/man/man1/mawk.1.gz
/usr/bin/mawk

`;

describe('parseAlternative', () => {
  it('reads the link and those that go with it', () => {
    expect(parseAlternative('awk', awk)).toEqual([
      { name: 'awk', link: 'usr/bin/awk' },
      { name: 'awk.1.gz', link: 'usr/share/man/man1/awk.1.gz' },
      { name: 'nawk', link: 'usr/bin/nawk' },
    ]);
  });

  it('reads one without further links', () => {
    expect(parseAlternative('pager', 'manual\n/usr/bin/pager\n\n/bin/more\n50\n\n')).toEqual([
      { name: 'pager', link: 'usr/bin/pager' },
    ]);
  });

  it.each([
    '',
    'auto',
    'auto\n',
    'other\n/a\n\n',
    'auto\nrelative\n\n',
    'auto\n/a\nname\n\n',
    'auto\n/a\n../x\n/b\n\n',
  ])('reads nothing from %j', (text) => {
    expect(parseAlternative('x', text)).toEqual([]);
  });
});

describe('the links of alternatives', () => {
  const tree = {
    ...dpkgDatabase([paragraph('mawk'), paragraph('gawk')], {
      'mawk.list': '/usr/bin/mawk\n/usr/share/man/man1/mawk.1.gz\n',
      'gawk.list': '/usr/bin/gawk\n',
    }),
    'var/lib/dpkg/alternatives/awk': file(awk),
    'usr/bin/mawk': file(),
    'usr/bin/gawk': file(),
    'usr/bin/awk': link('/etc/alternatives/awk'),
    'usr/bin/nawk': link('/etc/alternatives/nawk'),
    'etc/alternatives/awk': link('/usr/bin/mawk'),
    'etc/alternatives/nawk': link('../../usr/bin/gawk'),
    'etc/alternatives/awk.1.gz': link('/usr/share/man/man1/mawk.1.gz'),
    'etc/alternatives/other': link('/usr/bin/gawk'),
  };

  it('belong weakly to what the alternative in effect points to', async () => {
    const { ownerOf, warnings } = await loadDpkg(tree);
    expect(ownerOf('usr/bin/awk')).toBe('dpkg/mawk weak');
    expect(ownerOf('etc/alternatives/awk')).toBe('dpkg/mawk weak');
    expect(ownerOf('usr/bin/nawk')).toBe('dpkg/gawk weak');
    expect(ownerOf('etc/alternatives/other')).toBeUndefined();
    expect(ownerOf('var/lib/dpkg/alternatives/awk')).toBe('dpkg/database strong');
    expect(warnings).toEqual([]);
  });

  it('belong to the component of the first where they point to nothing (images without manual pages)', async () => {
    expect((await loadDpkg(tree)).ownerOf('etc/alternatives/awk.1.gz')).toBe('dpkg/mawk weak');
  });

  it('stay with the package that lists them, and are nothing but links', async () => {
    const { ownerOf } = await loadDpkg({
      ...tree,
      'var/lib/dpkg/info/gawk.list': file('/usr/bin/gawk\n/usr/bin/awk\n'),
      'usr/bin/nawk': file(),
    });
    expect(ownerOf('usr/bin/awk')).toBe('dpkg/gawk strong');
    expect(ownerOf('usr/bin/nawk')).toBeUndefined();
  });

  it('belong to nobody when what they point to does not, or loops', async () => {
    const { ownerOf } = await loadDpkg({
      ...tree,
      'etc/alternatives/awk': link('/usr/local/bin/awk'),
      'etc/alternatives/nawk': link('nawk'),
      'usr/local/bin/awk': file(),
    });
    expect(ownerOf('usr/bin/awk')).toBeUndefined();
    expect(ownerOf('usr/bin/nawk')).toBeUndefined();
  });

  it('cost a warning where one is too large', async () => {
    const huge = file('auto\n'.repeat(1_000_000));
    const { warnings } = await loadDpkg({ ...tree, 'var/lib/dpkg/alternatives/huge': huge });
    expect(warnings).toEqual([
      'a file of the package database is not used: /var/lib/dpkg/alternatives/huge cannot be used',
    ]);
  });
});
