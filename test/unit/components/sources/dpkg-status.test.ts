import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { parseDpkgStatus } from '../../../../src/components/sources/dpkg-status.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { cpuSecondsSince } from '../../cpu-seconds.ts';

const bash = `Package: bash
Essential: yes
Status: install ok installed
Architecture: amd64
Source: bash (5.2.15-2)
Version: 5.2.15-2+b8
Description: GNU Bourne Again SHell
 Package: not-a-field
 .
 more
`;

describe('parseDpkgStatus', () => {
  it('reads a package with the version of its source', () => {
    expect(parseDpkgStatus(bash)).toEqual([
      {
        name: 'bash',
        architecture: 'amd64',
        version: '5.2.15-2+b8',
        sourceName: 'bash',
        sourceVersion: '5.2.15-2',
        multiArchSame: false,
        installed: true,
        halfInstalled: false,
        replaces: new Set(),
        conffiles: [],
      },
    ]);
  });

  it('reads conffiles, but not those that are to go', () => {
    const digest = '0123456789abcdef'.repeat(2);
    const [parsed] = parseDpkgStatus(
      [
        'Package: a\nStatus: install ok installed\nConffiles:',
        ` /etc/a ${digest}`,
        ` /etc/with space ${digest} obsolete`,
        ' /etc/new newconffile',
        ` /etc/${digest} ${digest}`,
        ` /etc/../../x ${digest}`,
        ` /etc/going ${digest} remove-on-upgrade`,
        ` /etc/both ${digest} obsolete remove-on-upgrade`,
        ` relative ${digest}`,
        ' /etc/nothing',
        'Description: x',
        ` /etc/description ${digest}`,
      ].join('\n'),
    );
    expect(parsed?.conffiles).toEqual([
      { path: 'etc/a', md5Hex: digest, obsolete: false },
      { path: 'etc/with space', md5Hex: digest, obsolete: true },
      { path: 'etc/new', md5Hex: 'newconffile', obsolete: false },
      { path: `etc/${digest}`, md5Hex: digest, obsolete: false },
      { path: 'x', md5Hex: digest, obsolete: false },
    ]);
  });

  it('reads what a package replaces, on one line or several', () => {
    const [parsed] = parseDpkgStatus(
      'Package: a\nStatus: install ok installed\nReplaces: b (<< 2~), c:any,d,\n e\n ,\tf(= 1) ,\n',
    );
    expect([...(parsed?.replaces ?? [])]).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  it('takes a package without a Status for installed where the file says so', () => {
    const file = { path: rootfsPath('var/lib/dpkg/status.d/a'), inStatusDirectory: true };
    expect(parseDpkgStatus('Package: a\n', file)).toMatchObject([{ name: 'a', installed: true }]);
    expect(parseDpkgStatus('Package: a\nStatus: purge ok not-installed\n', file)).toEqual([]);
    expect(() => parseDpkgStatus('x', file)).toThrow('line 1 of /var/lib/dpkg/status.d/a: ');
  });

  it('takes the package for its source when there is no Source field', () => {
    const [parsed] = parseDpkgStatus('Package: a\nStatus: install ok installed\nVersion: 1:2-3\n');
    expect(parsed).toMatchObject({ sourceName: 'a', sourceVersion: '1:2-3', architecture: 'all' });
  });

  it('reads a Source field without a version, field names in any case, and CRLF', () => {
    const [parsed] = parseDpkgStatus(
      'PACKAGE: liba\r\nstatus: install ok installed\r\nsource: a\r\nVersion: 2\r\nMulti-Arch: same\r\n\r\n',
    );
    expect(parsed).toMatchObject({ name: 'liba', sourceName: 'a', sourceVersion: '2', multiArchSame: true });
  });

  it.each([
    ['install ok installed', true],
    ['hold ok installed', true],
    ['install ok unpacked', true],
    ['install reinstreq half-configured', true],
    ['install ok triggers-awaited', true],
    ['deinstall ok config-files', false],
  ])('takes a package that is "%s" for installed: %s', (status, installed) => {
    expect(parseDpkgStatus(`Package: a\nStatus: ${status}\n`)).toMatchObject([{ installed }]);
  });

  it.each(['Package: a\nStatus: purge ok not-installed\n', 'Package: a\n', '', '\n\n \n'])(
    'leaves out what is not installed: %j',
    (text) => {
      expect(parseDpkgStatus(text)).toEqual([]);
    },
  );

  it('sorts by name and architecture, and lets the last paragraph of a package count', () => {
    const paragraph = (name: string, architecture: string, version: string): string =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: ${architecture}\nVersion: ${version}\n`;
    const text = [
      paragraph('b', 'i386', '1'),
      paragraph('b', 'amd64', '1'),
      paragraph('a', 'all', '1'),
      paragraph('b', 'amd64', '2'),
    ].join('\n');
    expect(
      parseDpkgStatus(text).map(({ name, architecture, version }) => `${name}:${architecture} ${version}`),
    ).toEqual(['a:all 1', 'b:amd64 2', 'b:i386 1']);
  });

  it.each([
    ['Package: a\nnonsense\n', 'line 2 of /var/lib/dpkg/status: no "Field: value" line: "nonsense"'],
    [' continued\n', 'line 1 of /var/lib/dpkg/status: a continuation line without a field'],
    [
      'Package: a\n\nVersion: 1\n\n',
      'line 4 of /var/lib/dpkg/status: the paragraph that ends here has no usable Package field: ""',
    ],
    [
      'Package: ../../etc\n',
      'line 1 of /var/lib/dpkg/status: the paragraph that ends here has no usable Package field: "../../etc"',
    ],
    [
      'Package: a\nStatus: install ok installed\nArchitecture: ../x\n',
      'line 3 of /var/lib/dpkg/status: a has no usable Architecture field: "../x"',
    ],
    [
      'Package: a\nStatus: install ok installed\nSource: (1)\n',
      'line 3 of /var/lib/dpkg/status: no usable Source field: "(1)"',
    ],
  ])('refuses %j and names the line', (text, message) => {
    expect(() => parseDpkgStatus(text)).toThrow(expect.objectContaining({ code: 'bad-database', message }));
  });

  it('shows only the beginning of a line of 10 MB', () => {
    expect(() => parseDpkgStatus('x'.repeat(10_000_000))).toThrow(/"x{100}"$/);
  });

  it('refuses more packages than any distribution has', () => {
    const many = Array.from({ length: 250_001 }, (_, index) => `Package: p${index}\nStatus: a b c\n`);
    expect(() => parseDpkgStatus(many.join('\n'))).toThrow(
      'line 750002 of /var/lib/dpkg/status: absurdly many packages',
    );
  });

  it('reads no more of what a package replaces than anybody writes', () => {
    const [parsed] = parseDpkgStatus(
      `Package: a\nStatus: install ok installed\nReplaces: b,${'c,'.repeat(10_000_000)}d\n`,
    );
    expect([...(parsed?.replaces ?? [])]).toEqual(['b', 'c']);
  });

  it('reads 200,000 packages in a few seconds at most', () => {
    const many = Array.from(
      { length: 200_000 },
      (_, index) => `Package: p${index}\nStatus: install ok installed\n`,
    );
    const start = cpuUsage();
    expect(parseDpkgStatus(many.join('\n'))).toHaveLength(200_000);
    expect(cpuSecondsSince(start)).toBeLessThan(10);
  });
});
