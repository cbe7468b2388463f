import { execa } from 'execa';
import { layahMain } from './layah.ts';

/** Runs the built command line with a terminal as its three standard streams, with util-linux's `script`: it has no size. */
export async function layahOnTerminal(
  args: readonly string[],
  input?: string,
): Promise<{ readonly exitCode: number | undefined; readonly output: string }> {
  const command = [process.execPath, layahMain, ...args].map((word) => `'${word}'`).join(' ');
  const terminal = 'script';
  const result = await execa(terminal, ['-qec', command, '/dev/null'], {
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    env: { TERM: 'xterm' },
  });
  return { exitCode: result.exitCode, output: result.stdout };
}
