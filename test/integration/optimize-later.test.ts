import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-optimize-'));
  mkdirSync(join(directory, 'rootfs'));
  writeFileSync(join(directory, 'rootfs/file'), 'content\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A number that depends on the flags of V8 as they are when the command ends, and what it said. */
async function run(...args: string[]): Promise<{ flags: string; stderr: string }> {
  const path = join(directory, 'tag');
  const module = join(directory, 'write-tag.mjs');
  const content = [
    "import { writeFileSync } from 'node:fs';",
    "import { cachedDataVersionTag } from 'node:v8';",
    `process.on('exit', () => writeFileSync(${JSON.stringify(path)}, String(cachedDataVersionTag())));`,
  ];
  writeFileSync(module, content.join('\n'));
  const { stderr } = await execa('node', ['--import', module, LAYAH, ...args]);
  return { flags: readFileSync(path, 'utf8'), stderr };
}

describe('V8', () => {
  it('optimizes later in a build, a plan and when images are looked into, where its version has a flag for that, and is silent elsewhere', async () => {
    const rootfs = join(directory, 'rootfs');
    const output = join(directory, 'image.ociarchive');
    const build = await run('build', '-q', '--rootfs', rootfs, '-o', output);
    const verify = await run('verify', '-q', output);
    expect(build.stderr).toBe('');
    expect(await run('plan', '-q', '--rootfs', rootfs)).toEqual(build);
    expect(await run('inspect', '-q', output)).toEqual(build);
    expect(await run('diff', '-q', output, output)).toEqual(build);
    expect(await run('explain', '-q', output, '/file')).toEqual(build);
    expect(build.flags !== verify.flags).toBe(process.versions.v8.startsWith('11.'));
  });
});
