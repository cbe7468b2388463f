/* Fuzzes in a thread of its own, so that main.ts notices an input that does not come back. */
import { parentPort, workerData } from 'node:worker_threads';
import { CURRENT_HEAD_WORDS, type TurnMessage, type WorkerSettings } from './messages.ts';
import { startSession } from './session.ts';
import { FUZZ_TARGETS } from './targets.ts';

/** Every parser gets as much time, so that the quick ones read more. */
const TURN_MILLISECONDS = 400;
const INPUTS_AT_ONCE = 20;

const settings: WorkerSettings = workerData;
await fuzz(settings);

async function fuzz({ seed, seconds, current }: WorkerSettings): Promise<void> {
  const sessions = [];
  for (const target of FUZZ_TARGETS) {
    sessions.push({ target: target.name, session: await startSession(target, seed) });
  }
  const end = performance.now() + seconds * 1000;
  for (let turn = 0; performance.now() < end; turn++) {
    const index = turn % sessions.length;
    const next = sessions[index];
    if (next === undefined) return;
    const turnEnd = performance.now() + TURN_MILLISECONDS;
    while (performance.now() < turnEnd) {
      const done = await next.session.takeTurn(INPUTS_AT_ONCE, (input) => noteCurrent(current, index, input));
      const message: TurnMessage = { target: next.target, ...done };
      parentPort?.postMessage(message);
    }
  }
}

function noteCurrent(current: SharedArrayBuffer, target: number, input: Buffer): void {
  const head = new Int32Array(current, 0, CURRENT_HEAD_WORDS);
  const body = new Uint8Array(current, CURRENT_HEAD_WORDS * 4);
  body.set(input.subarray(0, body.length));
  Atomics.store(head, 1, target);
  Atomics.store(head, 2, Math.min(input.length, body.length));
  Atomics.add(head, 0, 1);
}
