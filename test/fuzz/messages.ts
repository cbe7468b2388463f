import type { Turn } from './session.ts';

export interface WorkerSettings {
  readonly seed: number;
  readonly seconds: number;
  readonly current: SharedArrayBuffer;
}

export interface TurnMessage extends Turn {
  readonly target: string;
}

/*
 * What is being read, at any time:
 *
 *   0  inputs so far 4 | index of the target 4 | bytes of the input 4 | the input
 */
export const CURRENT_HEAD_WORDS = 3;
