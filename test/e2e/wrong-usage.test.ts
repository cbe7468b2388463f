import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildIn, expectNothingLeft, makeWorkspace } from './failures-workspace.ts';
import { layah } from './layah.ts';
import { testWith } from './needs.ts';
import { layahOnTerminal } from './terminal.ts';

describe('wrong usage ends with exit code 2 and writes nothing', () => {
  const cases: readonly (readonly [title: string, flags: readonly string[], named: readonly string[]])[] = [
    ['an unknown flag', ['--no-such-flag'], ['no-such-flag']],
    ['a number that is none', ['--max-layers', 'ten'], ['--max-layers', 'ten']],
    ['a number out of range', ['--threads', '-3'], ['--threads']],
    ['two configs', ['--config', 'a.json', '--config-str', '{}'], ['--config', '--config-str']],
    ['an unknown compression', ['--compression', 'brotli'], ['--compression', 'brotli']],
  ];
  for (const [title, flags, named] of cases) {
    test(`${title} is named`, async () => {
      const workspace = await makeWorkspace({ file: 10 });
      const { exitCode, stdout, stderr } = await buildIn(workspace, ...flags);
      expect(exitCode, stderr).toBe(2);
      expect(stdout).toBe('');
      for (const text of named) expect(stderr).toContain(text);
      await expectNothingLeft(workspace);
    });
  }

  test('an output that this program does not write is named', async () => {
    const { rootfs } = await makeWorkspace({ file: 10 });
    const { exitCode, stderr } = await layah(['build', '--rootfs', rootfs, '-o', 'docker-archive:image.tar']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('docker-archive:image.tar');
  });

  test('an unknown command is named', async () => {
    const { exitCode, stderr } = await layah(['bild']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('bild');
  });

  testWith(['script'], 'an archive is not written to a terminal', async () => {
    const { rootfs } = await makeWorkspace({ file: 10 });
    const { exitCode, output } = await layahOnTerminal(['build', '--rootfs', rootfs]);
    expect(exitCode).toBe(2);
    expect(output).toMatch(/terminal/);
    expect(output).not.toContain('oci-layout');
  });
});

describe('a broken config', () => {
  test('in a file is named with file and line', async () => {
    const workspace = await makeWorkspace({ file: 10 });
    const config = join(workspace.rootfs, '../config.json');
    await writeFile(config, '{\n  "Cmd": ["/bin/sh"],\n  "Env": [,]\n}\n');
    const { exitCode, stderr } = await buildIn(workspace, '--config', config);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(config);
    expect(stderr).toMatch(/line 3\b|:3:/);
    await expectNothingLeft(workspace);
  });

  test('in a string is named with its line', async () => {
    const workspace = await makeWorkspace({ file: 10 });
    const { exitCode, stderr } = await buildIn(workspace, '--config-str', '{\n"Cmd": }');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--config-str');
    expect(stderr).toMatch(/line 2\b|:2:/);
    await expectNothingLeft(workspace);
  });

  test('that is missing is named', async () => {
    const workspace = await makeWorkspace({ file: 10 });
    const { exitCode, stderr } = await buildIn(workspace, '--config', '/no/such/config.json');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('/no/such/config.json');
    await expectNothingLeft(workspace);
  });
});
