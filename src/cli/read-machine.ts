import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Machine } from '../config/machine.ts';

/** This machine as options see it. */
export function readMachine(readStdinText: () => string): Machine {
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
