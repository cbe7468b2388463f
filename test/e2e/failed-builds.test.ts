import { appendFileSync } from 'node:fs';
import { chmod, chown, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { buildIn, expectNothingLeft, makeWorkspace } from './failures-workspace.ts';
import { layah, layahMain, run } from './layah.ts';
import { testWith } from './needs.ts';

const MEBIBYTE = 1 << 20;

describe('a root filesystem that cannot be used is named, and nothing is left', () => {
  test('when it is missing', async () => {
    const workspace = await makeWorkspace({});
    await rm(workspace.rootfs, { recursive: true });
    const { exitCode, stderr } = await buildIn(workspace);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(workspace.rootfs);
    await expectNothingLeft(workspace);
  });

  test('when it is empty', async () => {
    const workspace = await makeWorkspace({});
    const { exitCode, stderr } = await buildIn(workspace);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(workspace.rootfs);
    await expectNothingLeft(workspace);
  });

  test('when it is a file', async () => {
    const workspace = await makeWorkspace({ file: 10 });
    const { exitCode, stderr } = await buildIn({ ...workspace, rootfs: join(workspace.rootfs, 'file') });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(join(workspace.rootfs, 'file'));
    await expectNothingLeft(workspace);
  });

  testWith(['root', 'setpriv'], 'when a file of it may not be read', async () => {
    const workspace = await makeWorkspace({ readable: 10, secret: 10 });
    await chmod(join(workspace.rootfs, 'secret'), 0o000);
    await chown(join(workspace.rootfs, 'secret'), 1234, 1234);
    const { rootfs, archive, temporary } = workspace;
    const withoutOverride = ['--bounding-set', '-dac_override,-dac_read_search'];
    const command = [process.execPath, layahMain, 'build', '--rootfs', rootfs, '-o', archive];
    const program = 'setpriv';
    const { exitCode, stderr } = await execa(program, [...withoutOverride, ...command], {
      reject: false,
      env: { TMPDIR: temporary },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('/secret');
    await expectNothingLeft(workspace);
  });

  test('when a file of it changes while it is read', async () => {
    const workspace = await makeWorkspace({ 'growing.log': 96 * MEBIBYTE });
    const growing = join(workspace.rootfs, 'growing.log');
    const writer = setInterval(() => appendFileSync(growing, 'one more line\n'), 2);
    const { exitCode, stderr } = await buildIn(workspace).finally(() => clearInterval(writer));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/growing\.log\b.*changed|changed.*growing\.log/);
    await expectNothingLeft(workspace);
  });
});

describe('a destination that fails is named, and nothing is left', () => {
  test('when its directory is missing', async () => {
    const workspace = await makeWorkspace({ file: 10 });
    const archive = join(workspace.output, 'missing/image.ociarchive');
    const { exitCode, stderr } = await buildIn({ ...workspace, archive });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(archive);
    await expectNothingLeft(workspace);
  });

  testWith(['root', 'mount', 'umount'], 'when the disk is full', async () => {
    const workspace = await makeWorkspace({ one: 2 * MEBIBYTE, two: 2 * MEBIBYTE });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'layah-e2e', workspace.output]);
    try {
      const { exitCode, stderr } = await buildIn(workspace);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(workspace.archive);
      expect(stderr).toMatch(/no space left|ENOSPC/i);
      await expectNothingLeft(workspace);
    } finally {
      await run('umount', [workspace.output]);
    }
  });

  testWith(['root', 'mount', 'umount'], 'when the disk of temporary files is full', async () => {
    const workspace = await makeWorkspace({ file: 2 * MEBIBYTE });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'layah-e2e', workspace.temporary]);
    try {
      // Small images need no temporary file: either way nothing may be left over.
      const { exitCode, stderr } = await buildIn(workspace);
      if (exitCode !== 0) expect(stderr).toContain(workspace.temporary);
      expect(await readdir(workspace.temporary)).toEqual([]);
      expect(await readdir(workspace.output)).toHaveLength(exitCode === 0 ? 1 : 0);
    } finally {
      await run('umount', [workspace.temporary]);
    }
  });

  test('when the reader of the pipe closes it early', async () => {
    const workspace = await makeWorkspace({ one: 4 * MEBIBYTE, two: 4 * MEBIBYTE });
    const command = [process.execPath, layahMain, 'build', '--rootfs', workspace.rootfs, '-o', '-'];
    const { exitCode, stderr } = await execa(
      'bash',
      ['-c', '"$@" | head -c 1000 >/dev/null; exit "${PIPESTATUS[0]}"', 'build', ...command],
      { reject: false, env: { TMPDIR: workspace.temporary }, stdin: 'ignore' },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/stdout|standard output|pipe/i);
    expect(stderr).not.toMatch(/^\s+at /m);
    await expectNothingLeft(workspace);
  });

  test('when an older archive is there, which then stays as it was', async () => {
    const workspace = await makeWorkspace({});
    await writeFile(workspace.archive, 'an older image');
    const { exitCode, stderr } = await buildIn(workspace);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(workspace.rootfs);
    expect(await readFile(workspace.archive, 'utf8')).toBe('an older image');
    expect(await readdir(workspace.output)).toHaveLength(1);
  });
});

describe('verify', () => {
  test('names an archive that is cut short', async () => {
    const workspace = await makeWorkspace({ file: MEBIBYTE });
    expect((await buildIn(workspace)).exitCode).toBe(0);
    const bytes = await readFile(workspace.archive);
    await writeFile(workspace.archive, bytes.subarray(0, bytes.length >> 1));
    const { exitCode, stderr } = await layah(['verify', workspace.archive]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(workspace.archive);
  });

  test('finds a root filesystem that is not the one of the image', async () => {
    const workspace = await makeWorkspace({ file: 1000, other: 1000 });
    expect((await buildIn(workspace)).exitCode).toBe(0);
    await chmod(join(workspace.rootfs, 'other'), 0o600);
    const { exitCode, stdout, stderr } = await layah([
      'verify',
      workspace.archive,
      '--rootfs',
      workspace.rootfs,
    ]);
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain('/other');
    expect(stdout + stderr).not.toContain('/file');
  });
});
