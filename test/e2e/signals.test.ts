import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { expectNothingLeft, makeWorkspace, type Workspace } from './failures-workspace.ts';
import { untilSignalsAreHandled } from '../integration/handled-signals.ts';
import { layahMain } from './layah.ts';

const MEBIBYTE = 1 << 20;
const INTERRUPTED = /interrupt|cancel|stopped|terminated/i;

describe('a build that is interrupted', () => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    test(`by ${signal} ends with ${expected}, says so and leaves nothing at the destination`, async () => {
      const workspace = await makeWorkspace(manyFiles());
      const build = start(workspace, workspace.archive);
      await untilWriting(workspace);
      build.kill(signal);
      const { exitCode, stderr } = await build;
      expect(exitCode).toBe(expected);
      expect(stderr).toMatch(INTERRUPTED);
      expect(stderr).not.toMatch(/^\s+at /m);
      await expectNothingLeft(workspace);
    });
  }

  test('while it writes to a pipe ends with 130 and leaves no temporary file', async () => {
    const workspace = await makeWorkspace(manyFiles());
    const build = start(workspace, '-');
    await untilSignalsAreHandled(build.pid);
    await sleep(1000);
    build.kill('SIGINT');
    const { exitCode, stderr } = await build;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(INTERRUPTED);
    await expectNothingLeft(workspace);
  });

  test('by a second SIGINT ends at once', async () => {
    const workspace = await makeWorkspace(manyFiles());
    const build = start(workspace, workspace.archive);
    await untilWriting(workspace);
    build.kill('SIGINT');
    build.kill('SIGINT');
    const { exitCode } = await build;
    expect(exitCode).toBe(130);
  });

  test('while it waits for a config that nobody writes ends with 143', async () => {
    const workspace = await makeWorkspace({ file: 1 });
    const build = execa(
      process.execPath,
      [layahMain, 'build', '--rootfs', workspace.rootfs, '--config', '-', '-o', workspace.archive],
      { reject: false, stdin: 'pipe' },
    );
    await untilSignalsAreHandled(build.pid);
    build.kill('SIGTERM');
    const { exitCode, stderr } = await build;
    expect(exitCode).toBe(143);
    expect(stderr).toMatch(INTERRUPTED);
    await expectNothingLeft(workspace);
  });
});

/** Each becomes a layer, so that the archive grows all the while. */
function manyFiles(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`file-${index}`, 8 * MEBIBYTE]));
}

function start({ rootfs, temporary }: Workspace, output: string) {
  return execa(process.execPath, [layahMain, 'build', '--rootfs', rootfs, '-o', output], {
    reject: false,
    env: { TMPDIR: temporary },
    stdin: 'ignore',
    buffer: { stdout: false },
    stdout: output === '-' ? 'pipe' : 'ignore',
  });
}

/** Until a good part of the archive stands under its temporary name. */
async function untilWriting({ output }: Workspace): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await largestSize(output)) < MEBIBYTE) {
    if (Date.now() > deadline) throw new Error(`nothing of size appeared in ${output}`);
    await sleep(5);
  }
}

async function largestSize(directory: string): Promise<number> {
  const sizes = [0];
  for (const name of await readdir(directory)) sizes.push((await stat(join(directory, name))).size);
  return Math.max(...sizes);
}
