import { formatBytes, formatPercent } from '../model/human-numbers.ts';

/** How progress looks. */
export interface ProgressDisplay {
  update(stage: string, done: number, total: number): void;
  /** Takes it off the screen, before other text and at the end. */
  clear(): void;
}

/** Where it is drawn and what time it is. */
export interface ProgressOutput {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly nowMilliseconds: () => number;
}

const BAR_INTERVAL_MILLISECONDS = 100;
const LINE_INTERVAL_MILLISECONDS = 5000;
const BAR_CHARACTERS = 30;
/** Carriage return, then ECMA-48 EL: erase to the end of the line. */
const ERASE_LINE = '\r\u001b[K';

/** A bar on a terminal, drawn at most ten times a second. */
export function progressBar(output: ProgressOutput): ProgressDisplay {
  const isDue = limitRate(BAR_INTERVAL_MILLISECONDS, Number.NEGATIVE_INFINITY, output);
  let drawn = false;
  return {
    update(stage, done, total) {
      if (!isDue()) return;
      output.write(ERASE_LINE + renderBar(stage, { done, total }, output.columns()));
      drawn = true;
    },
    clear() {
      if (drawn) output.write(ERASE_LINE);
      drawn = false;
    },
  };
}

/** A line every five seconds at most, the first after five seconds: a short run has none. */
export function progressLines(
  emit: (stage: string, done: number, total: number) => void,
  output: ProgressOutput,
): ProgressDisplay {
  const isDue = limitRate(LINE_INTERVAL_MILLISECONDS, output.nowMilliseconds(), output);
  return {
    update(stage, done, total) {
      if (isDue()) emit(stage, done, total);
    },
    clear() {},
  };
}

export const noProgress: ProgressDisplay = { update: () => {}, clear: () => {} };

/** `layers: 42 %, 1.2 GiB of 2.9 GiB` */
export function renderProgressLine(stage: string, done: number, total: number): string {
  return `${stage}: ${formatPercent(done, total)}, ${formatBytes(done)} of ${formatBytes(total)}`;
}

/** One column is left free: a full line would wrap, and could not be erased. */
export function renderBar(stage: string, work: { done: number; total: number }, columns: number): string {
  const { done, total } = work;
  const line = renderProgressLine(stage, done, total);
  const room = columns - 1;
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
