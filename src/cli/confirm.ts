import { createInterface } from 'node:readline/promises';
import { LayahError, systemErrorCode } from '../model/errors.ts';

/** Asks at the terminal. @throws LayahError `usage` where nobody can be asked. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new LayahError({
      code: 'usage',
      message: `${question}: there is no terminal to ask at`,
      hint: 'Pass --yes.',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (thrown) {
    // Ctrl+D ends the input without an answer, which is none that says yes.
    if (signal.aborted || systemErrorCode(thrown) !== 'ABORT_ERR') throw thrown;
    return false;
  } finally {
    terminal.close();
  }
}
