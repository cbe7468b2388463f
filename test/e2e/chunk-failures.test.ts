import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { layah, layahMain, layahOrFail, run } from './layah.ts';
import { testWith } from './needs.ts';
import { layahOnTerminal } from './terminal.ts';

interface Verified {
  readonly findings: readonly { readonly code: string; readonly subject: string }[];
}

/** Two images of random files, the second with some of the first. */
let images: readonly string[] = [];
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(inject('runDirectory'), 'chunks-'));
  images = await Promise.all(['one', 'two'].map((name) => makeImage(name)));
});

async function makeImage(name: string): Promise<string> {
  const rootfs = join(directory, name);
  await mkdir(rootfs);
  // The same seed for the same file.
  const script = `for i in $(seq 400); do openssl enc -aes-128-ctr -K $(printf %032x $((i * $1))) -iv 0 -in /dev/zero 2>/dev/null |
    head -c $((i * 700)) >"$0/$i"; done`;
  await run('bash', ['-c', script, rootfs, name === 'one' ? '1' : '2']);
  await layahOrFail(['build', '--rootfs', rootfs, '-o', `oci:${rootfs}.oci`, '--compression', 'none', '-q']);
  return `oci:${rootfs}.oci`;
}

async function findingsOf(store: string): Promise<Verified['findings']> {
  const { stdout } = await layah(['chunk', 'verify', '--store', store, '--json']);
  const { findings }: Verified = JSON.parse(stdout);
  return findings;
}

describe('a command that is killed', () => {
  it('leaves no half chunk in the store, and the next add completes', async () => {
    const store = join(directory, 'killed');
    await layahOrFail(['chunk', 'add', images[1] ?? '', '--store', store, '-q']);
    const args = [layahMain, 'chunk', 'add', images[0] ?? '', '--store', store, '--chunk-size', '4k'];
    const stages: string[] = [];
    for (let round = 0; round < 8; round++) {
      const adding = execa(process.execPath, args, { reject: false });
      // From before its first chunk to after its last, on a machine that is idle.
      await sleep(200 + (round + Math.random()) * 150);
      adding.kill('SIGKILL');
      const { signal } = await adding;
      const findings = await findingsOf(store);
      expect(findings.filter(({ code }) => code !== 'stray')).toEqual([]);
      stages.push(`${signal ?? 'ended'}: ${findings.length} stray`);
    }
    console.log(stages.join('\n'));
    console.log(await layahOrFail(['chunk', 'add', images[0] ?? '', '--store', store, '--chunk-size', '4k']));
    expect(await findingsOf(store)).toEqual([]);
    await layahOrFail([
      'chunk',
      'restore',
      images[0] ?? '',
      '--store',
      store,
      '-o',
      `oci:${store}.oci`,
      '-q',
    ]);
    await layahOrFail(['verify', `oci:${store}.oci`, '--rootfs', join(directory, 'one')]);
  });

  it('leaves nothing in the store when it is interrupted', async () => {
    const store = join(directory, 'interrupted');
    const args = [layahMain, 'chunk', 'add', images[0] ?? '', '--store', store, '--chunk-size', '4k'];
    const adding = execa(process.execPath, args, { reject: false });
    await vi.waitUntil(() => existsSync(join(store, 'chunks')), { timeout: 20_000, interval: 5 });
    adding.kill('SIGINT');
    const { exitCode } = await adding;
    expect([0, 130]).toContain(exitCode);
    expect(await readdir(join(store, 'tmp')).catch(() => [])).toEqual([]);
  });
});

describe('several commands at once', () => {
  it('add the same images while a third cleans, and lose nothing', async () => {
    const store = join(directory, 'shared');
    const add = async (image: string, size: string): Promise<string> =>
      layahOrFail(['chunk', 'add', image, '--store', store, '--name', image + size, '--chunk-size', size]);
    await add(images[0] ?? '', '8k');
    let isAdding = true;
    const cleaning = (async () => {
      for (let count = 1; ; count++) {
        await layahOrFail(['chunk', 'clean', '--store', store, '-q']);
        if (!isAdding) return count;
      }
    })();
    await Promise.all(images.flatMap((image) => ['16k', '32k'].map((size) => add(image, size))));
    isAdding = false;
    console.log(`cleaned ${await cleaning} times`);
    const { stdout } = await layah(['chunk', 'verify', '--store', store]);
    expect(stdout).toContain('ok: every image can be restored');
  });
});

describe('a full disk', () => {
  testWith(['root'], 'is said to be the reason, and what the store has stays good', async () => {
    const place = join(directory, 'small');
    await mkdir(place);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'none', place]);
    try {
      const store = join(place, 'store');
      const add = ['chunk', 'add', images[0] ?? '', '--store', store];
      const { exitCode, stderr } = await layah(add);
      console.log(stderr);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`layah: writing to the chunk store ${store}`);
      expect(stderr).toContain('ENOSPC: no space left on device');
      expect(stderr).toContain('The disk is full. What is in the store stays good');
      const findings = await findingsOf(store);
      expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['stray']));
      await layahOrFail(['chunk', 'clean', '--store', store]);
      expect(await findingsOf(store)).toEqual([]);
      await run('mount', ['-o', 'remount,size=200m', place]);
      await layahOrFail(add);
      expect(await findingsOf(store)).toEqual([]);
    } finally {
      await run('umount', [place]);
      await rm(place, { recursive: true });
    }
  });
});

describe('chunk clean --all', () => {
  it.each([
    ['Enter', '\n'],
    ['no', 'no\n'],
  ])('drops nothing after %s', async (_name, input) => {
    const store = join(directory, 'asked');
    await layahOrFail(['chunk', 'add', images[0] ?? '', '--store', store, '-q']);
    const { exitCode, output } = await layahOnTerminal(['chunk', 'clean', '--all', '--store', store], input);
    expect(output).toContain(`drop all images of the chunk store ${store}? [y/N]`);
    expect(output).toMatch(/nothing was dropped\s*$/);
    expect(exitCode).toBe(1);
    expect(await readdir(join(store, 'images'))).toHaveLength(1);
  });

  it('drops everything after yes', async () => {
    const store = join(directory, 'confirmed');
    await layahOrFail(['chunk', 'add', images[0] ?? '', '--store', store, '-q']);
    const { exitCode, output } = await layahOnTerminal(
      ['chunk', 'clean', '--all', '--store', store],
      'yes\n',
    );
    expect(output).toMatch(/dropped 1 image, 1 index, /);
    expect(exitCode).toBe(0);
    expect(await readdir(join(store, 'images'))).toEqual([]);
  });
});
