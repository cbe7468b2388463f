import type { Strategy } from '../replay.ts';
import { apko, oneLayer } from './apko.ts';
import { chunkah } from './chunkah.ts';
import { layah, layahWithPrevious } from './layah.ts';
import { rpmOstree, rpmOstreeWithPrior } from './rpm-ostree.ts';

/** In the order of the tables. */
export const STRATEGIES: readonly Strategy[] = [
  oneLayer,
  apko,
  rpmOstree,
  rpmOstreeWithPrior,
  chunkah,
  layah,
  layahWithPrevious,
];

/** Those that the targets compare. */
export const COMPARED: readonly Strategy[] = [chunkah, layah, layahWithPrevious];
