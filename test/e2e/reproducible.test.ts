import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { describe, expect, inject } from 'vitest';
import { layahMain, run } from './layah.ts';
import { makeRootfs } from './material.ts';
import { testWith } from './needs.ts';
import { nodeBinary } from './node-binary.ts';

interface Circumstances {
  readonly engine: 'auto' | 'zlib' | 'pako';
  readonly node: 20 | 24;
  readonly threads: number;
  readonly umask: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly through: 'file' | 'pipe';
  readonly copied: boolean;
}

const PLAIN: Circumstances = {
  engine: 'auto',
  node: 20,
  threads: 1,
  umask: '022',
  timeZone: 'UTC',
  locale: 'C',
  through: 'file',
  copied: false,
};

const OTHERS: readonly Omit<Circumstances, 'engine'>[] = [
  {
    node: 24,
    threads: 2,
    umask: '077',
    timeZone: 'Pacific/Kiritimati',
    locale: 'tr_TR.UTF-8',
    through: 'pipe',
    copied: true,
  },
  {
    node: 20,
    threads: 3,
    umask: '000',
    timeZone: 'America/St_Johns',
    locale: 'de_DE.UTF-8',
    through: 'pipe',
    copied: true,
  },
  {
    node: 24,
    threads: 1,
    umask: '027',
    timeZone: 'Asia/Kolkata',
    locale: 'C.UTF-8',
    through: 'file',
    copied: true,
  },
];

describe('the same tree gives the same archive', () => {
  testWith(
    ['root', 'debootstrap', 'npm'],
    'wherever it lies, whatever the umask, time zone, locale, temporary directory, threads and Node version, to a file or a pipe',
    async () => {
      const rootfs = await makeRootfs('debian');
      const copy = join(inject('runDirectory'), 'copied', 'else where');
      await mkdir(join(copy, '..'), { recursive: true });
      await run('cp', ['-a', rootfs, copy]);
      for (const engine of ['auto', 'zlib'] as const) {
        const expected = await buildUnder({ ...PLAIN, engine }, rootfs);
        for (const others of OTHERS) {
          const circumstances = { ...others, engine };
          expect(await buildUnder(circumstances, copy), JSON.stringify(circumstances)).toBe(expected);
        }
        console.log(`${engine}: ${OTHERS.length + 1} builds, all sha256:${expected}`);
      }
    },
  );

  testWith(['root', 'debootstrap'], 'by zlib and by pako, which stands in for it', async () => {
    const rootfs = await makeRootfs('debian');
    const expected = await buildUnder({ ...PLAIN, engine: 'zlib', through: 'pipe' }, rootfs);
    expect(await buildUnder({ ...PLAIN, engine: 'pako', threads: 2 }, rootfs)).toBe(expected);
  });
});

/** Returns the SHA-256 of the archive. */
async function buildUnder(circumstances: Circumstances, rootfs: string): Promise<string> {
  const { engine, node, threads, umask, timeZone, locale, through } = circumstances;
  const scratch = await mkdtemp(join(inject('runDirectory'), 'reproducible-'));
  const archive = join(scratch, 'image.ociarchive');
  const output = through === 'file' ? '-o "$ARCHIVE"' : '-o - | cat >"$ARCHIVE"';
  const flags = ['--rootfs', rootfs, '--source-date-epoch', '1790000000', '--threads', String(threads), '-q'];
  const layers = ['--gzip-engine', engine];
  const config = ['-t', 'localhost/layah-e2e-reproducible:latest', '--config-str', '{"Cmd":["/bin/sh"]}'];
  const command = [await nodeBinary(node), layahMain, 'build', ...flags, ...layers, ...config];
  await execa('bash', ['-o', 'pipefail', '-c', `umask ${umask}; "$@" ${output}`, 'build', ...command], {
    env: { TZ: timeZone, LC_ALL: locale, TMPDIR: scratch, ARCHIVE: archive },
    stdin: 'ignore',
  });
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  return hash.digest('hex');
}
