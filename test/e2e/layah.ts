import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));
export const layahMain = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line; never throws for its exit code. */
export async function layah(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const result = await execa(process.execPath, [layahMain, ...args], { reject: false, env, stdin: 'ignore' });
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** @throws with all that the program printed when its exit code is not 0; returns what it printed, both streams. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const result = await execa(program, [...args], { reject: false, all: true, stdin: 'ignore' });
  if (result.exitCode === 0) return result.all;
  throw new Error(
    `${program} ${args.join(' ')} ended with ${result.exitCode ?? result.signal ?? result.shortMessage}\n${result.all}`,
  );
}

export async function layahOrFail(args: readonly string[]): Promise<string> {
  return run(process.execPath, [layahMain, ...args]);
}
