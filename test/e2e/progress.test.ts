import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { layah, layahOrFail } from './layah.ts';
import { layahOnTerminal } from './terminal.ts';

/** Erases what is on the line, then draws. */
const DRAWN = /\r\u001b\[K(?:\[[#-]{30}\] )?[a-z]+: [\d%][^\r]*/;

describe('progress', () => {
  let directory = '';
  let rootfs = '';
  const archive = (name: string): string => join(directory, `${name}.ociarchive`);

  beforeAll(async () => {
    directory = await mkdtemp(join(inject('runDirectory'), 'progress-'));
    rootfs = join(directory, 'rootfs');
    await mkdir(rootfs);
    await writeFile(join(rootfs, 'file'), 'x'.repeat(10_000_000));
    await layahOrFail(['build', '--rootfs', rootfs, '-o', archive('app'), '-t', 'localhost/app:1']);
    await layahOrFail(['chunk', 'add', archive('app'), '--store', join(directory, 'store')]);
  });

  const commands = (): Record<string, readonly string[]> => ({
    build: ['build', '--rootfs', rootfs, '-o', archive('built')],
    plan: ['plan', '--rootfs', rootfs],
    convert: ['convert', archive('app'), archive('converted'), '--compression', 'gzip'],
    verify: ['verify', archive('app'), '--rootfs', rootfs],
    inspect: ['inspect', archive('app')],
    diff: ['diff', archive('app'), archive('app')],
    explain: ['explain', archive('app'), '/file'],
    'chunk add': ['chunk', 'add', archive('app'), '--store', join(directory, 'other')],
    'chunk verify': ['chunk', 'verify', '--store', join(directory, 'store')],
    'chunk restore': [
      'chunk',
      'restore',
      'localhost/app:1',
      '--store',
      join(directory, 'store'),
      '-o',
      archive('restored'),
    ],
  });

  for (const name of Object.keys(commands())) {
    test(`of layah ${name} is drawn on a terminal that does not say how wide it is, and taken off`, async () => {
      const { exitCode, output } = await layahOnTerminal(commands()[name] ?? []);
      expect(exitCode, output).toBe(0);
      expect(output).toMatch(DRAWN);
      expect(output.slice(output.search(DRAWN) + 4)).toContain('\r\u001b[K');
    });
  }

  test('is plain lines in a log', async () => {
    const { stderr } = await layah(['plan', '--rootfs', rootfs]);
    expect(stderr).not.toMatch(/[\u001b\r]/);
  });
});
