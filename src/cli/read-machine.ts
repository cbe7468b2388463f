import { readFileSync, readSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Machine } from '../config/machine.ts';
import { systemErrorCode } from '../model/errors.ts';

/** This machine as options see it. */
export function readMachine(): Machine {
  return {
    environment: process.env,
    architecture: process.arch,
    cpuCount: availableParallelism(),
    nowSeconds: Math.floor(Date.now() / 1000),
    stdoutIsTerminal: process.stdout.isTTY,
    readTextFile: (path) => readFileSync(path, 'utf8'),
    readStdinText,
    isDirectory,
  };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Whoever opens the path for real gets the error.
    return false;
  }
}

const STDIN = 0;
const RETRY_MILLISECONDS = 20;

/** Not readFileSync: standard input may be non-blocking, and then a slow writer is no error. */
function readStdinText(): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const count = readSome(chunk);
    if (count === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk.subarray(0, count));
  }
}

function readSome(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(STDIN, chunk);
    } catch (thrown) {
      if (systemErrorCode(thrown) !== 'EAGAIN') throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
    }
  }
}
