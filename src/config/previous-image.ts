import type { ImageLocation } from '../model/options.ts';
import { environmentValue, type Machine } from './machine.ts';
import { parseImageLocation } from './output-target.ts';
import type { RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

export interface PreviousFlags extends RegistryFlags {
  readonly previous: string | undefined;
  /** The plan is made anew, whatever image is named. */
  readonly rebalance: boolean;
}

/** `--previous`, else LAYAH_PREVIOUS, else none. @throws LayahError `usage` */
export function parsePrevious(flags: PreviousFlags, machine: Machine): ImageLocation | undefined {
  if (flags.previous === '') throw usageError('--previous: the name of the image is empty');
  const variable = environmentValue(machine, 'LAYAH_PREVIOUS');
  const text = flags.previous ?? variable;
  if (text === undefined) return undefined;
  const name = flags.previous === undefined ? 'environment variable LAYAH_PREVIOUS' : '--previous';
  return parseImageLocation({ name, text }, flags, machine);
}
