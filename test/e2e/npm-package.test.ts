import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject } from 'vitest';
import { checkOut } from './checkout.ts';
import { run } from './layah.ts';
import { testWith } from './needs.ts';
import { consoleBlocks } from './readme.ts';

describe('layah is installed as the README says', () => {
  testWith(
    ['npm', 'g++', 'python3', 'setfattr'],
    'from a clone, and from the package that is made of it',
    async () => {
      const [, [install = '', link = '', pack = ''] = []] = await consoleBlocks();
      const directory = await mkdtemp(join(inject('runDirectory'), 'npm-'));
      const clone = join(directory, 'clone');
      await checkOut(clone);
      await runIn(clone, install);
      for (const [name, commands] of [
        ['linked', link],
        ['installed', pack],
      ] as const) {
        const prefix = join(directory, name);
        console.log(await runIn(clone, commands, { npm_config_prefix: prefix }));
        await expectWorks(join(prefix, 'bin/layah'), directory);
      }
      const files = await run('bash', ['-euc', `tar -tzf ${clone}/layah-*.tgz`]);
      expect(
        files
          .split('\n')
          .filter((path) => !path.startsWith('package/dist/'))
          .sort(),
      ).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'].map((name) => `package/${name}`));
      expect(files).not.toContain('.map');
    },
  );
});

/** With workers, and with the attributes that the native module reads. */
async function expectWorks(layah: string, directory: string): Promise<void> {
  const rootfs = join(directory, 'rootfs');
  await mkdir(rootfs, { recursive: true });
  await writeFile(join(rootfs, 'file'), 'content');
  await run('setfattr', ['-n', 'user.component', '-v', 'own', join(rootfs, 'file')]);
  const archive = join(directory, 'image.ociarchive');
  const output = await run(layah, ['build', '-v', '--threads', '2', '--rootfs', rootfs, '-o', archive]);
  expect(output).toContain('xattr/own');
  console.log(await run(layah, ['verify', '--progress=none', archive, '--rootfs', rootfs]));
}

async function runIn(cwd: string, commands: string, env: Record<string, string> = {}): Promise<string> {
  const { all, exitCode } = await execa('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd,
    env,
    all: true,
    reject: false,
    stdin: 'ignore',
  });
  if (exitCode !== 0) throw new Error(`${commands}\nended with ${exitCode}\n${all}`);
  return all;
}
