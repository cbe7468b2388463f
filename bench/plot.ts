import type { MeasuredRow } from './table.ts';

const LABEL_WIDTH = 190;
const BAR_WIDTH = 420;
const VALUE_WIDTH = 230;
const ROW_HEIGHT = 20;
const TITLE_HEIGHT = 44;

/** Bars of CPU seconds, one chart a tree, layah's in another colour. */
export function renderPlot(rows: readonly MeasuredRow[]): string {
  const trees = [...new Set(rows.map(({ tree }) => tree))];
  const charts: string[] = [];
  let top = 0;
  for (const tree of trees) {
    const own = rows.filter((row) => row.tree === tree);
    charts.push(`<g transform="translate(0 ${top})">${renderChart(tree, own)}</g>`);
    top += TITLE_HEIGHT + own.length * ROW_HEIGHT;
  }
  const width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + 16}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${top + 16}" fill="white"/>`,
    ...charts,
    '</svg>\n',
  ].join('\n');
}

function renderChart(tree: string, rows: readonly MeasuredRow[]): string {
  const longest = Math.max(...rows.map(({ cost }) => cost.cpuSeconds));
  const bars = rows.map(({ name, cost }, index) => {
    const y = TITLE_HEIGHT + index * ROW_HEIGHT;
    const width = Math.max(1, (cost.cpuSeconds / longest) * BAR_WIDTH);
    const colour = name.startsWith('layah') ? '#1f77b4' : '#b0b0b0';
    const value = `${cost.cpuSeconds.toFixed(2)} s, ${(cost.outputBytes / 1e6).toFixed(1)} MB`;
    return [
      `<text x="${LABEL_WIDTH - 8}" y="${y + 13}" text-anchor="end">${escapeText(name)}</text>`,
      `<rect x="${LABEL_WIDTH}" y="${y + 2}" width="${width.toFixed(1)}" height="${ROW_HEIGHT - 5}" fill="${colour}"/>`,
      `<text x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${y + 13}">${value}</text>`,
    ].join('');
  });
  return `<text x="8" y="28" font-size="15">${escapeText(tree)}: CPU seconds, output</text>${bars.join('')}`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
