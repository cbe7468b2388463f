import { isAbsolute } from 'node:path';
import { environmentValue, type Machine } from './machine.ts';
import { usageError } from './usage-error.ts';

/** A name without a slash would be looked up by the loader, and a relative path is another file elsewhere. */
export function parseLibdeflatePath(machine: Machine): string | undefined {
  const path = environmentValue(machine, 'LAYAH_LIBDEFLATE');
  if (path === undefined || isAbsolute(path)) return path;
  throw usageError(`environment variable LAYAH_LIBDEFLATE: ${JSON.stringify(path)} is no absolute path`);
}
