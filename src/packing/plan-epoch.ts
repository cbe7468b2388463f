import { WEEK_SECONDS } from './week.ts';

const EPOCH_WEEKS = 104;
const EPOCH_SECONDS = EPOCH_WEEKS * WEEK_SECONDS;

/**
 * The plan time of a build without a previous image: the last multiple of 104 weeks since 1970 that is not after the
 * build. All builds within two years plan with the same history, so that their plans differ only where their components do.
 */
export function planEpochSeconds(createdSeconds: number): number {
  return Math.floor(createdSeconds / EPOCH_SECONDS) * EPOCH_SECONDS;
}
