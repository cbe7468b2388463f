import { printableLine, shortenText } from '../model/terminal-text.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Shortened when the table is wider than the terminal; one column at most. */
  readonly flexible?: boolean;
}

const GAP = '  ';
const MIN_FLEXIBLE_COLUMNS = 12;

/** A heading and a line a row, no wider than `columns` unless the flexible column would be unreadable. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminalColumns: number,
): string[] {
  const titles = columns.map((column) => column.title);
  const cells = [titles, ...rows].map((row) => row.map((cell) => printableLine(cell)));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => widthOf(row[index] ?? ''))));
  const total = widths.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
  const excess = Math.max(total - terminalColumns, 0);
  const limits = widths.map((width, index) =>
    columns[index]?.flexible === true
      ? Math.max(width - excess, Math.min(width, MIN_FLEXIBLE_COLUMNS))
      : width,
  );
  return cells.map((row) => renderRow(row, columns, limits));
}

function renderRow(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  const texts = row.map((cell, index) => {
    const width = widths[index] ?? 0;
    const text = shortenText(cell, width);
    const padding = ' '.repeat(width - widthOf(text));
    return columns[index]?.align === 'right' ? padding + text : text + padding;
  });
  return texts.join(GAP).trimEnd();
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
