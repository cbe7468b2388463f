import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../src/layers/engines/choose-engine.ts';
import { openEngine } from '../../src/layers/engines/open-engine.ts';
import type { JobMessage } from '../../src/layers/jobs.ts';
import type { JobRunner, NumberedSlot } from '../../src/layers/runner.ts';
import { workerPool } from '../../src/layers/worker-pool.ts';
import { rootfsPathFromText } from '../../src/model/rootfs-path.ts';

/** The workers are files of their own, so threads are tested on the compiled program. */
const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-threads-'));
  const rootfs = join(directory, 'rootfs');
  mkdirSync(rootfs);
  for (let index = 0; index < 1500; index++) writeFileSync(join(rootfs, `small${index}`), `content ${index}`);
  writeHole(join(rootfs, 'hole'), 3);
  writeFileSync(join(rootfs, 'large'), randomBytes(5 * 2 ** 20 + 1));
  writeFileSync(join(rootfs, 'repetitive'), Buffer.alloc(13 * 2 ** 20, 'abc'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function build(...flags: string[]): Promise<string> {
  const archive = join(directory, 'image.ociarchive');
  const rootfs = join(directory, 'rootfs');
  await execa('node', [
    LAYAH,
    'build',
    '--rootfs',
    rootfs,
    '--source-date-epoch',
    '5',
    '-o',
    archive,
    ...flags,
  ]);
  return createHash('sha256').update(readFileSync(archive)).digest('hex');
}

// Several builds a test, which share the machine with other tests.
describe('the bytes of an image', { timeout: 120_000 }, () => {
  it.each(['estargz', 'gzip', 'none'])('are the same for 1, 2 and 5 threads (%s)', async (compression) => {
    const one = await build('--compression', compression, '--threads', '1');
    for (const threads of ['2', '5']) {
      expect(await build('--compression', compression, '--threads', threads)).toBe(one);
    }
  });

  it('are the same for 1, 2 and 3 threads when chunks share gzip members', async () => {
    const one = await build('--min-chunk-size', '50000', '--threads', '1');
    for (const threads of ['2', '3']) {
      expect(await build('--min-chunk-size', '50000', '--threads', threads)).toBe(one);
    }
    expect(await build('--threads', '1')).not.toBe(one);
  });
});

describe('a worker', { timeout: 120_000 }, () => {
  it('that is still loading its engine when the image is done does not end the process', async () => {
    const rootfs = join(directory, 'tiny');
    mkdirSync(rootfs);
    writeHole(join(rootfs, 'hole'), 4);
    // It went wrong in one of eight runs.
    for (let count = 0; count < 10; count++) {
      const output = join(directory, 'tiny.ociarchive');
      await execa('node', [LAYAH, 'build', '--rootfs', rootfs, '-q', '-o', output, '--threads', '4']);
    }
  });

  it('or the main thread, whichever comes to it, reports the file it cannot read by its path', async () => {
    const rootfs = join(directory, 'changing');
    mkdirSync(rootfs);
    writeFileSync(join(rootfs, 'a'), 'x');
    writeHole(join(rootfs, 'b'), 2);
    const result = await execa(
      'node',
      [LAYAH, 'build', '--rootfs', rootfs, '-o', join(directory, 'out'), '--threads', '2'],
      {
        reject: false,
        env: { NODE_OPTIONS: `--import ${writeTruncator(join(rootfs, 'a'))}` },
      },
    );
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('/a changed while it was being read');
  });
});

describe('a pool of two threads', { timeout: 120_000 }, () => {
  let pool: JobRunner;
  beforeAll(async () => {
    const engine = await chooseEngine({ name: 'zlib', level: undefined, libdeflatePath: undefined });
    const executor = { prefix: `${directory}/rootfs/`, engine: await openEngine(engine) };
    const workerUrl = new URL('../../dist/layers/layer-worker.js', import.meta.url);
    pool = workerPool({ executor, engine, threads: 2, inputBytes: 1 << 20, workerUrl });
  });
  afterAll(async () => pool.close());

  /** A file as it was when it had so many bytes. */
  function wholeFile(name: string, sizeBytes: number): JobMessage {
    const path = rootfsPathFromText(name);
    const { mtimeNs: mtimeNanoseconds } = statSync(join(directory, 'rootfs', name), { bigint: true });
    return {
      ranges: [
        { kind: 'file-range', path, offset: 0, lengthBytes: sizeBytes, sizeBytes, mtimeNanoseconds, at: 0 },
      ],
      stretches: [{ end: sizeBytes, chunkBytes: sizeBytes, mayJoin: false }],
      minMemberBytes: 0,
    };
  }

  function firstSlot(): NumberedSlot {
    const [slot] = pool.slots;
    if (slot === undefined) throw new Error('a pool has slots');
    return slot;
  }

  it('leaves a job to the worker, or executes it in this thread that helps, with the same result', async () => {
    const left = await pool.run(firstSlot(), wholeFile('small7', 9));
    const ofWorker = Buffer.from(firstSlot().output.subarray(0, left.outputBytes));
    expect(gunzipSync(ofWorker).toString()).toBe('content 7');

    const others = pool.slots.slice(1).map((slot) => pool.run(slot, wholeFile('small8', 9)));
    const helped = pool.run(firstSlot(), wholeFile('small7', 9));
    while (pool.help());
    expect(await helped).toEqual(left);
    expect(Buffer.from(firstSlot().output.subarray(0, left.outputBytes))).toEqual(ofWorker);
    await Promise.all(others);
    expect(pool.help()).toBe(false);
  });

  it('reports the file that cannot be read by its path, whichever thread it was', async () => {
    const changed = { code: 'file-changed', message: '/small7 changed while it was being read' };
    await expect(pool.run(firstSlot(), wholeFile('small7', 8))).rejects.toMatchObject(changed);
    const ofAll = pool.slots.map(async (slot) => pool.run(slot, wholeFile('small7', 8)));
    const settled = Promise.allSettled(ofAll);
    expect(pool.help()).toBe(true);
    while (pool.help());
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: changed });
    }
  });
});

describe('the threads', { timeout: 120_000 }, () => {
  let rootfs: string;
  beforeAll(() => {
    rootfs = join(directory, 'counted');
    mkdirSync(rootfs);
    writeHole(join(rootfs, 'hole'), 3);
  });

  /** How many workers were started, and how it ended: threads that were left would keep the process alive. */
  async function run(command: string, ...flags: string[]) {
    const counts = join(directory, 'counts');
    writeFileSync(counts, '');
    const { exitCode, timedOut } = await execa('node', [LAYAH, command, '--rootfs', rootfs, '-q', ...flags], {
      reject: false,
      timeout: 60_000,
      env: { NODE_OPTIONS: `--import ${writeCounter(counts)}` },
    });
    return { exitCode, timedOut, workers: readFileSync(counts, 'utf8').length };
  }

  it('of a build are as many as its content can use, the main one among them', async () => {
    const output = join(directory, 'counted.ociarchive');
    const ended = await run('build', '--threads', '8', '-o', output);
    expect(ended).toEqual({ exitCode: 0, timedOut: false, workers: 2 });
  });

  it('end when the build fails while they start', async () => {
    mkdirSync(join(rootfs, 'var/lib/dpkg/status'), { recursive: true });
    const ended = await run('build', '--threads', '2', '-o', join(directory, 'failed.ociarchive'));
    rmSync(join(rootfs, 'var'), { recursive: true });
    expect(ended).toEqual({ exitCode: 1, timedOut: false, workers: 1 });
  });

  it('are not started by a plan, a build without compression or one whose scan fails', async () => {
    const output = join(directory, 'single.ociarchive');
    const none = { exitCode: 0, timedOut: false, workers: 0 };
    expect(await run('plan')).toEqual(none);
    expect(await run('build', '--threads', '2', '--compression', 'none', '-o', output)).toEqual(none);
    expect(await run('build', '--threads', '2', '--prune', '/hole', '-o', output)).toEqual({
      ...none,
      exitCode: 1,
    });
  });
});

/** Content enough for so many threads, and hardly any work. */
function writeHole(path: string, threads: number): void {
  writeFileSync(path, '');
  truncateSync(path, threads * 8 * 2 ** 20);
}

/** A module that empties a file before a worker starts, which is after the scan and before there are jobs. */
function writeTruncator(path: string): string {
  const module = join(directory, 'truncate.mjs');
  const content = [
    "import { truncateSync } from 'node:fs';",
    "import threads from 'node:worker_threads';",
    'threads.Worker = class extends threads.Worker {',
    '  constructor(...settings) {',
    `    truncateSync(${JSON.stringify(path)}, 0);`,
    '    super(...settings);',
    '  }',
    '};',
  ];
  writeFileSync(module, content.join('\n'));
  return module;
}

/** A module that adds a byte to a file for each worker that starts. */
function writeCounter(path: string): string {
  const module = join(directory, 'count.mjs');
  const content = [
    "import { isMainThread } from 'node:worker_threads';",
    "import { appendFileSync } from 'node:fs';",
    `if (!isMainThread) appendFileSync(${JSON.stringify(path)}, '.');`,
  ];
  writeFileSync(module, content.join('\n'));
  return module;
}
