import { formatBytes, formatCount, formatPercent } from '../model/human-numbers.ts';
import type { Stage } from '../model/reporter.ts';

/** How progress looks. */
export interface ProgressDisplay {
  update(work: Work): void;
  /** Takes it off the screen, before other text and at the end. */
  clear(): void;
}

/** As `Reporter.progress` has it. */
export interface Work {
  readonly stage: Stage;
  readonly done: number;
  /** Undefined where nobody knows it yet. */
  readonly total: number | undefined;
}

/** Where it is drawn and what time it is. */
export interface ProgressOutput {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly nowMilliseconds: () => number;
}

const BAR_INTERVAL_MILLISECONDS = 100;
const LINE_INTERVAL_MILLISECONDS = 5000;
const FIRST_LINE_MILLISECONDS = 1000;
const BAR_CHARACTERS = 30;
/** Carriage return, then ECMA-48 EL: erase to the end of the line. */
const ERASE_LINE = '\r\u001b[K';

/** A bar on a terminal, drawn at most ten times a second. */
export function progressBar(output: ProgressOutput): ProgressDisplay {
  const isDue = limitRate(BAR_INTERVAL_MILLISECONDS, Number.NEGATIVE_INFINITY, output);
  let drawn = false;
  return {
    update(work) {
      if (!isDue()) return;
      output.write(ERASE_LINE + renderBar(work, output.columns()));
      drawn = true;
    },
    clear() {
      if (drawn) output.write(ERASE_LINE);
      drawn = false;
    },
  };
}

/** A line every five seconds at most, the first after one second: a short run has none. */
export function progressLines(emit: (work: Work) => void, output: ProgressOutput): ProgressDisplay {
  const start = output.nowMilliseconds() + FIRST_LINE_MILLISECONDS - LINE_INTERVAL_MILLISECONDS;
  const isDue = limitRate(LINE_INTERVAL_MILLISECONDS, start, output);
  return {
    update(work) {
      if (isDue()) emit(work);
    },
    clear() {},
  };
}

export const noProgress: ProgressDisplay = { update: () => {}, clear: () => {} };

/** `layers: 42 %, 1.2 GiB of 2.9 GiB`, or `scan: 12,345 entries` where nobody knows how many there are. */
export function renderProgressLine({ stage, done, total }: Work): string {
  const { name, unit } = typeof stage === 'string' ? { name: stage, unit: undefined } : stage;
  const format = unit === undefined ? formatBytes : formatCount;
  const what = unit === undefined ? '' : ` ${unit}`;
  if (total === undefined) return `${name}: ${format(done)}${what}`;
  return `${name}: ${formatPercent(done, total)}, ${format(done)} of ${format(total)}${what}`;
}

/** One column is left free: a full line would wrap, and could not be erased. */
export function renderBar(work: Work, columns: number): string {
  const { done, total } = work;
  const line = renderProgressLine(work);
  const room = columns - 1;
  if (total === undefined) return line.slice(0, Math.max(room, 0));
  if (line.length + 4 + BAR_CHARACTERS > room) return line.slice(0, Math.max(room, 0));
  const filled = total === 0 ? BAR_CHARACTERS : Math.floor((Math.min(done, total) / total) * BAR_CHARACTERS);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CHARACTERS - filled)}] ${line}`;
}

function limitRate(interval: number, start: number, output: ProgressOutput): () => boolean {
  let last = start;
  return () => {
    const now = output.nowMilliseconds();
    if (now - last < interval) return false;
    last = now;
    return true;
  };
}
