/*
 * npm run fuzz -- [SECONDS] [--seed N] [--keep]
 *
 * Reads mutations of valid inputs with every parser, 60 seconds long where nothing else is said. The same seed tries the
 * same inputs in the same order. What crashes a parser is saved in test/fixtures/fuzz, where `npm run check` reads it;
 * with --keep also small inputs whose result none before had. Ends with 1 when something crashed.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { saveInput } from './corpus.ts';
import { FUZZ_TARGETS } from './targets.ts';
import { CURRENT_HEAD_WORDS, type TurnMessage, type WorkerSettings } from './messages.ts';

const MAX_INPUT_BYTES = 64 * 1024;
/** Of the wall: a machine may be busy. What is only slow is noticed by its CPU time (target.ts). */
const HANG_SECONDS = 60;
const KEPT_BYTES = 1500;
const KEPT_OF_A_TARGET = 6;

interface Totals {
  tried: number;
  crashes: number;
  novel: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, keep: { type: 'boolean', default: false } },
});
const seconds = Number(positionals[0] ?? 60);
const seed = Number(values.seed);
const totals = new Map(
  FUZZ_TARGETS.map(({ name }): [string, Totals] => [name, { tried: 0, crashes: 0, novel: 0 }]),
);

console.log(`fuzzing ${FUZZ_TARGETS.length} parsers for ${seconds} s with seed ${seed}`);
const started = performance.now();
for (let round = 0; remaining() > 0; round++) await runWorker(seed + round, remaining());
report();

function remaining(): number {
  return seconds - (performance.now() - started) / 1000;
}

/** Ends when the time is over, or with an input that does not come back. */
async function runWorker(workerSeed: number, workerSeconds: number): Promise<void> {
  const current = new SharedArrayBuffer(CURRENT_HEAD_WORDS * 4 + MAX_INPUT_BYTES);
  const workerData: WorkerSettings = { seed: workerSeed, seconds: workerSeconds, current };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  worker.on('message', noteTurn);
  const watch = watchForHang(current, () => void worker.terminate());
  await new Promise<void>((resolve, reject) => {
    worker.on('exit', () => resolve());
    worker.on('error', reject);
  });
  clearInterval(watch);
}

function watchForHang(current: SharedArrayBuffer, onHang: () => void): NodeJS.Timeout {
  const head = new Int32Array(current, 0, CURRENT_HEAD_WORDS);
  let seen = { inputs: 0, at: performance.now() };
  return setInterval(() => {
    const inputs = Atomics.load(head, 0);
    if (inputs !== seen.inputs) seen = { inputs, at: performance.now() };
    if (performance.now() - seen.at < HANG_SECONDS * 1000 || inputs === 0) return;
    const target = FUZZ_TARGETS[Atomics.load(head, 1)]?.name ?? '';
    const body = new Uint8Array(current, CURRENT_HEAD_WORDS * 4, Atomics.load(head, 2));
    noteCrash(target, { why: `did not come back for ${HANG_SECONDS} s`, input: Uint8Array.from(body) });
    onHang();
  }, 1000);
}

function noteTurn({ target, tried, crashes, novel }: TurnMessage): void {
  const total = totals.get(target);
  if (total === undefined) return;
  total.tried += tried;
  for (const crash of crashes) noteCrash(target, crash);
  for (const input of novel) {
    if (values.keep && input.length <= KEPT_BYTES && total.novel < KEPT_OF_A_TARGET)
      saveInput(target, 'input', input);
    total.novel++;
  }
}

function noteCrash(target: string, { why, input }: { why: string; input: Uint8Array }): void {
  const total = totals.get(target);
  if (total !== undefined) total.crashes++;
  console.log(`CRASH of ${target}, saved as ${saveInput(target, 'crash', input)}\n${why}`);
}

function report(): void {
  for (const [name, { tried, crashes, novel }] of totals) {
    console.log(
      `${name.padEnd(24)} ${String(tried).padStart(9)} tried ${String(novel).padStart(6)} new ${String(crashes).padStart(4)} crashed`,
    );
  }
  const all = [...totals.values()];
  const tried = all.reduce((sum, total) => sum + total.tried, 0);
  const crashes = all.reduce((sum, total) => sum + total.crashes, 0);
  console.log(`${tried} inputs tried, ${crashes} crashes found`);
  process.exitCode = crashes > 0 ? 1 : 0;
}
