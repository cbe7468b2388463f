import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject } from 'vitest';
import { repositoryDirectory, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { testWith } from './needs.ts';

const script = join(repositoryDirectory, 'examples/rootfs-from-host.sh');

async function emptyDirectory(): Promise<string> {
  return mkdtemp(join(inject('runDirectory'), 'from-host-'));
}

describe('examples/rootfs-from-host.sh', () => {
  testWith(
    ['root', 'debootstrap', 'dpkg'],
    'copies packages with what they need and a database that dpkg accepts',
    async () => {
      const output = await emptyDirectory();
      await run('bash', [
        script,
        '--from',
        await makeRootfs('debian'),
        '-o',
        output,
        'bash',
        'coreutils',
        'dash',
      ]);
      expect(await run('dpkg', ['--root', output, '--verify'])).toBe('');
      expect(await run('dpkg', ['--root', output, '--audit'])).toBe('');
      const packages = await run('dpkg-query', [
        '--admindir',
        `${output}/var/lib/dpkg`,
        '-W',
        '-f',
        '${Package}\\n',
      ]);
      expect(packages.split('\n')).toEqual(
        expect.arrayContaining(['bash', 'coreutils', 'libc6', 'libtinfo6']),
      );
      expect(packages).not.toContain('apt');
      expect(await run('chroot', [output, '/bin/sh', '-c', 'ls /bin/bash'])).toBe('/bin/bash');
    },
  );

  testWith(
    ['root', 'rpm', 'rpmbuild'],
    'copies packages with what they need and a database that rpm accepts',
    async () => {
      const output = await emptyDirectory();
      await run('bash', [script, '--from', await makeRootfs('rpm'), '-o', output, 'beta']);
      const database = ['--root', output, '--dbpath', '/usr/lib/sysimage/rpm'];
      expect(await run('rpm', [...database, '-Va'])).toBe('');
      const packages = await run('rpm', [...database, '-qa', '--qf', '%{NAME}\\n']);
      expect(packages.split('\n').sort()).toEqual(['alpha', 'alpha-libs', 'beta']);
    },
  );

  testWith(['dpkg'], 'names a package that is not installed', async () => {
    const result = await execa('bash', [script, '-o', await emptyDirectory(), 'bash', 'no-such-package'], {
      reject: false,
    });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toBe('rootfs-from-host: error: package no-such-package is not installed here');
  });

  testWith([], 'says so when there is no package database at all', async () => {
    const [empty, output] = [await emptyDirectory(), await emptyDirectory()];
    const result = await execa('bash', [script, '--from', empty, '-o', output, 'bash'], { reject: false });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(
      `no package database: neither ${empty}/var/lib/dpkg/status nor an rpm database`,
    );
  });
});
