import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/* The built program as users run it: `npm run build` comes first. */
const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
let rootfs: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-cli-'));
  rootfs = join(directory, 'rootfs');
  mkdirSync(rootfs);
  writeFileSync(join(rootfs, 'file'), 'content');
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function layah(args: readonly string[], settings: { input?: string; env?: NodeJS.ProcessEnv } = {}): Outcome {
  const { input = '', env = {} } = settings;
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAYAH, ...args], {
    input,
    encoding: 'latin1',
    env: { PATH: process.env['PATH'], ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

function build(...args: string[]): Outcome {
  return layah(['build', '--rootfs', rootfs, ...args]);
}

describe('layah', () => {
  it('prints its version and its help on standard output', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const printed = layah(['--version']);
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    expect(printed.stdout.split('\n').slice(0, 2)).toEqual([
      `layah ${version}`,
      expect.stringMatching(/^gzip engine (libdeflate|zlib|pako) .+, fingerprint [0-9a-f]{8}/),
    ]);
    expect(layah(['build', '--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(layah(['build', '--help']).stdout).toContain('Usage: layah build');
  });

  it('prints its help on standard error when it was given no command', () => {
    const { status, stdout, stderr } = layah([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Usage: layah COMMAND');
  });
});

describe('wrong usage', () => {
  it('ends with 2, and with the usage line that matters on standard error', () => {
    expect(build('--max-layers', 'many')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'layah: --max-layers: "many" is not a whole number from 1 to 1000\n' +
        '  Usage: layah build --max-layers N\n' +
        '  try: layah build --help\n',
    });
    expect(build('--nope')).toMatchObject({ status: 2, stdout: '' });
    expect(build('--config', 'a', '--config-str', '{}')).toMatchObject({ status: 2, stdout: '' });
    expect(layah(['verify'])).toMatchObject({ status: 2, stdout: '' });
  });

  it('is one JSON line when the log is JSON', () => {
    const { status, stderr } = build('--nope', '--log-format', 'json');
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'error',
      code: 'usage',
      message: 'unknown option --nope',
    });
  });
});

describe('a broken config', () => {
  it('ends with 1 and says where it broke', () => {
    const file = join(directory, 'config.json');
    writeFileSync(file, '{\n  "Env": nope\n}\n');
    const excerpt = 'is not valid JSON: line 2, column 10: expected a value\n    "Env": nope\n           ^\n';
    expect(build('--config', file).stderr).toContain(`layah: config file ${file} ${excerpt}`);
    const broken = { input: '[', env: { LAYAH_CONFIG_STR: '{"a" 1}' } };
    const fromStdin = layah(['build', '--rootfs', rootfs, '--config', '-'], broken);
    expect(fromStdin).toMatchObject({ status: 1, stdout: '' });
    expect(fromStdin.stderr).toContain(
      'layah: standard input (--config -) is not valid JSON: line 1, column 2',
    );
    const fromVariable = layah(['build', '--rootfs', rootfs], broken);
    expect(fromVariable).toMatchObject({ status: 1, stdout: '' });
    expect(fromVariable.stderr).toContain('environment variable LAYAH_CONFIG_STR is not valid JSON');
  });
});

describe('standard output', () => {
  it('carries the image and nothing else, also with everything switched on', () => {
    const { status, stdout, stderr } = build('-vv', '--progress', 'plain', '--source-date-epoch', '0');
    expect(status).toBe(0);
    expect(stderr).toContain('1 layer, 1 file, 7 B in');
    const file = join(directory, 'same.ociarchive');
    expect(build('-q', '--source-date-epoch', '0', '-o', file)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(Buffer.from(stdout, 'latin1').equals(readFileSync(file))).toBe(true);
  });

  it('that is closed early ends the run with 1, since the image was not delivered', async () => {
    const child = spawn(process.execPath, [LAYAH, 'build', '--rootfs', rootfs], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (bytes) => (stderr += String(bytes)));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(1);
    expect(stderr).toContain('the image was not delivered');
  });
});

describe('layah verify', () => {
  it('ends with 1 when something is wrong, and says what on standard output', () => {
    const file = join(directory, 'image.ociarchive');
    expect(build('-o', file).status).toBe(0);
    expect(layah(['verify', file, '--rootfs', rootfs])).toMatchObject({ status: 0, stderr: '' });
    const other = join(directory, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'file'), 'CONTENT');
    const { status, stdout } = layah(['verify', file, '--rootfs', other, '--json']);
    expect(status).toBe(1);
    const report = JSON.parse(stdout);
    expect(report.ok).toBe(false);
    expect(report.findings[0]).toMatchObject({ code: 'tree', subject: '/file' });
  });
});

describe('a signal', () => {
  it('ends the run with 143 for SIGTERM and leaves nothing at the destination', async () => {
    const big = join(directory, 'big');
    const out = join(directory, 'out');
    mkdirSync(big);
    mkdirSync(out);
    for (let index = 0; index < 8; index++)
      writeFileSync(join(big, `${index}`), Buffer.alloc(32 * 1024 * 1024, index));
    const flags = ['--threads', '1', '--progress', 'none'];
    const args = ['build', '--rootfs', big, '-o', join(out, 'a.ociarchive'), ...flags];
    const child = spawn(process.execPath, [LAYAH, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (bytes) => (stderr += String(bytes)));
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (readdirSync(out).length === 0) await delay(5);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(stderr).toBe('layah: stopped by SIGTERM\n');
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('a plan', () => {
  it('is on standard output, from plan and from build --dry-run', () => {
    const output = join(directory, 'dry.ociarchive');
    const planned = layah(['plan', '--rootfs', rootfs]);
    expect(planned).toMatchObject({ status: 0, stderr: '' });
    expect(planned.stdout).toMatch(
      /^layer {2}components .*\n +1 {2}layah\/unclaimed .*\n\n1 layer, 1 component, /,
    );
    expect(build('--dry-run', '-o', output)).toEqual(planned);
    expect(readdirSync(directory)).not.toContain('dry.ociarchive');
    const { stdout } = build('--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ layers: [{ components: [{ name: 'layah/unclaimed' }] }] });
  });

  it('checks all flags of the build, and --json is only for it', () => {
    expect(build('--dry-run', '-o', 'oci:')).toMatchObject({ status: 2, stdout: '' });
    const { status, stderr } = build('--json');
    expect(status).toBe(2);
    expect(stderr).toBe(
      'layah: --json means something only together with --dry-run\n' +
        '  Usage: layah build --json\n' +
        '  try: For what a build did as JSON use --log-format json.\n',
    );
  });
});
