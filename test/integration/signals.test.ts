import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilSignalsAreHandled } from './handled-signals.ts';

const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
let rootfs: string;
let output: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-signals-'));
  [rootfs, output] = [join(directory, 'rootfs'), join(directory, 'output')];
  for (const each of [rootfs, output]) mkdirSync(each);
  writeFileSync(join(rootfs, 'file'), '');
  truncateSync(join(rootfs, 'file'), 64 << 20);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Sends a signal as soon as the command handles it: while it loads its modules. */
async function interrupt(signal: NodeJS.Signals, ...args: string[]) {
  // However long it takes on a busy machine.
  const patient = { reject: false, stdin: 'pipe', forceKillAfterDelay: false } as const;
  const child = execa(process.execPath, [LAYAH, ...args], patient);
  await untilSignalsAreHandled(child.pid);
  child.kill(signal);
  const { exitCode, stdout, stderr } = await child;
  return { exitCode, stdout, stderr };
}

describe('a signal while a command starts', () => {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`ends it with ${exitCode} and says so: ${signal}`, async () => {
      const archive = join(output, 'image.ociarchive');
      const stopped = { exitCode, stdout: '', stderr: `layah: stopped by ${signal}` };
      expect(await interrupt(signal, 'build', '--rootfs', rootfs, '-o', archive)).toEqual(stopped);
      expect(readdirSync(output)).toEqual([]);
    });
  }

  it('ends it also while it waits for its standard input, in the format of its log', async () => {
    const build = ['build', '--rootfs', rootfs, '-o', join(output, 'image.ociarchive')];
    const { exitCode, stderr } = await interrupt('SIGINT', ...build, '--config', '-', '--log-format=json');
    expect(exitCode).toBe(130);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'cancelled', message: 'stopped by SIGINT' });
  });
});
