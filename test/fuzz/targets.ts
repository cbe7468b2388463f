import { DATABASE_TARGETS } from './database-targets.ts';
import { IMAGE_TARGETS } from './image-targets.ts';
import type { FuzzTarget } from './target.ts';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [...DATABASE_TARGETS, ...IMAGE_TARGETS];
