import { LayahError } from '../model/errors.ts';

/** The command line or the environment is wrong: exit code 2. The message begins with the flag or variable. */
export function usageError(message: string, hint?: string): LayahError {
  return new LayahError({ code: 'usage', message, ...(hint !== undefined && { hint }) });
}
