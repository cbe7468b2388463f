import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ZLIB_FINGERPRINT } from '../../src/layers/engines/fingerprint.ts';
import { libdeflateIsHere } from '../unit/layers/engines/libdeflate-here.ts';

/* The built program, since its workers open the engines too: `npm run build` comes first. */
const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-engines-'));
  mkdirSync(join(directory, 'rootfs'));
  for (let index = 0; index < 300; index++) {
    writeFileSync(join(directory, 'rootfs', `file${index}`), `line ${index}\n`.repeat(index));
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs layah after a module that changes what it finds. */
async function layah(args: readonly string[], module = ''): Promise<string> {
  const preload = join(directory, 'preload.mjs');
  writeFileSync(preload, module);
  const result = await execa('node', ['--import', preload, LAYAH, ...args], { all: true });
  return result.all;
}

interface Built {
  readonly digest: string;
  readonly log: string;
}

async function build(flags: readonly string[], module = ''): Promise<Built> {
  const archive = join(directory, 'image.ociarchive');
  const input = ['--rootfs', join(directory, 'rootfs'), '--source-date-epoch', '5'];
  const log = await layah(['build', ...input, '-o', archive, '--log-format', 'json', ...flags], module);
  return { digest: createHash('sha256').update(readFileSync(archive)).digest('hex'), log };
}

const WITHOUT_KOFFI = `
  import Module from 'node:module';
  const { _load } = Module;
  Module._load = (name, ...rest) => {
    if (name === 'koffi') throw Object.assign(new Error('no koffi here'), { code: 'MODULE_NOT_FOUND' });
    return _load(name, ...rest);
  };
`;

/** What Debian's nodejs does: another zlib, with other bytes. */
const WITH_ANOTHER_ZLIB = `
  import zlib from 'node:zlib';
  import { syncBuiltinESMExports } from 'node:module';
  const { deflateRawSync } = zlib;
  zlib.deflateRawSync = (input, options) => deflateRawSync(input, { ...options, strategy: zlib.constants.Z_RLE });
  syncBuiltinESMExports();
`;

describe('the gzip engine', () => {
  it('is zlib where koffi is not installed, and the log says why', async () => {
    const { digest, log } = await build(['--threads', '1'], WITHOUT_KOFFI);
    expect(log).toContain('"message":"no libdeflate: no koffi here; compressing with zlib"');
    expect(log).toContain(
      `"engine":{"name":"zlib","version":"${process.versions.zlib}","fingerprint":"${OFFICIAL_ZLIB_FINGERPRINT}","level":6}`,
    );
    expect((await build(['--gzip-engine', 'zlib'])).digest).toBe(digest);
    expect(await layah(['--version'], WITHOUT_KOFFI)).toContain('gzip engine zlib');
  });

  it("is pako, with the same bytes, where Node's zlib is not that of official Node", async () => {
    const { digest, log } = await build(['--gzip-engine', 'zlib', '--threads', '2'], WITH_ANOTHER_ZLIB);
    expect(log).toMatch(
      /"message":"this Node's zlib has the fingerprint [0-9a-f]{8} and not official Node's [0-9a-f]{8}; compressing with pako"/,
    );
    expect((await build(['--gzip-engine', 'zlib'])).digest).toBe(digest);
  });

  it.skipIf(!libdeflateIsHere)(
    'is libdeflate where that is installed, with the same bytes for all threads (skipped elsewhere)',
    // Five runs of layah, on machines that may have much else to do.
    { timeout: 120_000 },
    async () => {
      const one = await build(['--threads', '1']);
      expect(one.log).toContain('"engine":{"name":"libdeflate"');
      await layah(['verify', join(directory, 'image.ociarchive'), '--rootfs', join(directory, 'rootfs')]);
      expect((await build(['--threads', '2'])).digest).toBe(one.digest);
      expect((await build(['--gzip-engine', 'libdeflate', '--compression-level', '4'])).digest).toBe(
        one.digest,
      );
      expect((await build(['--gzip-engine', 'zlib'])).digest).not.toBe(one.digest);
    },
  );

  it('that was asked for and is not there is an error', async () => {
    const failure = await build(['--gzip-engine', 'libdeflate'], WITHOUT_KOFFI).then(
      () => 'built',
      (thrown: unknown) => String(thrown),
    );
    expect(failure).toContain('"code":"missing-program"');
    expect(failure).toContain('loading libdeflate as libdeflate.so.0');
  });
});
