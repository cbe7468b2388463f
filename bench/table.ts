import type { Cost } from './measure.ts';
import { REFERENCE } from './rows.ts';

export interface MeasuredRow {
  readonly tree: string;
  readonly name: string;
  readonly cost: Cost;
}

const MB = 1_000_000;

/** The rows of one tree. The ratios are to layah's own first row: above 1 means that layah needs less. */
export function renderTable(rows: readonly MeasuredRow[]): string {
  const reference = rows.find(({ name }) => name === REFERENCE)?.cost;
  const header = ['', 'CPU s', 'ratio', 'wall s', 'peak MB', 'output MB', 'ratio'];
  const cells = rows.map(({ name, cost }) => [
    name,
    cost.cpuSeconds.toFixed(2),
    ratio(cost.cpuSeconds, reference?.cpuSeconds),
    cost.wallSeconds.toFixed(2),
    (cost.peakBytes / MB).toFixed(0),
    (cost.outputBytes / MB).toFixed(1),
    ratio(cost.outputBytes, reference?.outputBytes),
  ]);
  return alignColumns([header, ...cells]);
}

export function renderCsv(rows: readonly MeasuredRow[]): string {
  const header = 'tree,row,cpu_seconds,wall_seconds,peak_bytes,output_bytes';
  const lines = rows.map(({ tree, name, cost }) =>
    [tree, `"${name}"`, cost.cpuSeconds, cost.wallSeconds, cost.peakBytes, cost.outputBytes].join(','),
  );
  return `${[header, ...lines].join('\n')}\n`;
}

/** The first column to the left, numbers to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function ratio(value: number, reference: number | undefined): string {
  return reference === undefined || reference === 0 ? '-' : (value / reference).toFixed(2);
}
