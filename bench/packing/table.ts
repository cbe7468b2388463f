import { type Results, shareOf } from './results.ts';
import { chunkah } from './strategies/chunkah.ts';

/** For each number of layers a table: percent of the image that an update downloads, and in brackets bytes against chunkah's. */
export function formatResults(results: Results): string {
  const { regime, layerCounts, setNames, strategyNames } = results;
  const cell = (setName: string, strategy: string, layerCount: number): string => {
    const share = shareOf(results, setName, strategy, layerCount);
    return `${percent(share)} (${(share / shareOf(results, setName, chunkah.name, layerCount)).toFixed(2)})`;
  };
  const tables = layerCounts.map((layerCount) => {
    const rows = strategyNames.map((name) =>
      [name].concat(setNames.map((setName) => cell(setName, name, layerCount))),
    );
    const ideal = ['changed packages'].concat(setNames.map((name) => percent(results.ideals.get(name) ?? 0)));
    return formatTable([[`${regime}, K = ${layerCount}`, ...setNames], ...rows, ideal]);
  });
  return tables.join('\n');
}

/** The first row is the head. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1), ''].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
