import type { Cell } from './page.ts';
import type { Tone } from './tones.ts';

/* Cells of pages; what is not known is a dash. */

const NONE: Cell = { kind: 'none' };

export function countCell(count: number | undefined): Cell {
  return count === undefined ? NONE : { kind: 'count', count };
}

export function bytesCell(bytes: number | undefined): Cell {
  return bytes === undefined ? NONE : { kind: 'bytes', bytes };
}

/** Of nothing there is no share. */
export function shareCell(part: number | undefined, whole: number, tone?: Tone): Cell {
  if (part === undefined || whole === 0) return NONE;
  return { kind: 'share', share: part / whole, ...(tone !== undefined && { tone }) };
}

export function textCell(text: string | undefined): Cell {
  return text === undefined || text === '' ? NONE : { kind: 'text', text };
}

export function nameCell(text: string | undefined): Cell {
  return text === undefined ? NONE : { kind: 'name', text };
}

export function namesCell(texts: readonly string[]): Cell {
  return texts.length === 0 ? NONE : { kind: 'names', texts };
}

export function digestCell(digest: string): Cell {
  return { kind: 'digest', digest };
}
