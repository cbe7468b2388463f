/* Lines over the number of layers, a panel for each data set. */
import { type Results, shareOf } from './results.ts';
import { chunkah } from './strategies/chunkah.ts';
import { layah, layahWithPrevious } from './strategies/layah.ts';
import { oneLayer } from './strategies/apko.ts';

const PANEL = { width: 250, height: 260, gap: 50 };
const MARGIN = { left: 56, top: 62, bottom: 92 };

/** One layer needs no line: it is near the top everywhere. */
const OMITTED = oneLayer.name;
const STYLES: ReadonlyMap<string, { readonly color: string; readonly width: number }> = new Map([
  [chunkah.name, { color: '#b3541e', width: 2.5 }],
  [layah.name, { color: '#2b7bba', width: 2.5 }],
  [layahWithPrevious.name, { color: '#0b3d66', width: 3.5 }],
]);
const OTHER_COLORS = ['#8f8f8f', '#b59b3b', '#7a9a5b'];

interface Line {
  readonly name: string;
  readonly color: string;
  readonly width: number;
}

export function drawPlot(results: Results): string {
  const { setNames, regime } = results;
  const lines = styleLines(results.strategyNames.filter((name) => name !== OMITTED));
  const width = MARGIN.left + setNames.length * (PANEL.width + PANEL.gap);
  const height = MARGIN.top + PANEL.height + MARGIN.bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(
      MARGIN.left,
      24,
      `Share of the image that a ${regime} update downloads, by the number of layers`,
      'font-size="15"',
    ),
    ...setNames.map((name, index) =>
      drawPanel(results, name, lines, MARGIN.left + index * (PANEL.width + PANEL.gap)),
    ),
    drawLegend([...lines, { name: 'changed packages', color: '#444', width: 0 }]),
    '</svg>\n',
  ].join('\n');
}

function styleLines(names: readonly string[]): Line[] {
  const others = names.filter((name) => !STYLES.has(name));
  return names.map((name) => ({
    name,
    ...(STYLES.get(name) ?? {
      color: OTHER_COLORS[others.indexOf(name) % OTHER_COLORS.length] ?? '',
      width: 1.5,
    }),
  }));
}

function drawPanel(results: Results, setName: string, lines: readonly Line[], left: number): string {
  const { layerCounts } = results;
  const top = 10 * Math.ceil(10 * Math.max(...valuesOf(results, setName, lines)));
  const x = (index: number): number => left + (index * PANEL.width) / Math.max(1, layerCounts.length - 1);
  const y = (share: number): number => MARGIN.top + PANEL.height * (1 - (share * 100) / top);
  const ideal = y(results.ideals.get(setName) ?? 0);
  const step = top > 30 ? 10 : 5;
  const ticks = Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step);
  return [
    text(left, MARGIN.top - 12, setName, 'font-weight="bold"'),
    ...ticks.map((tick) => {
      const at = y(tick / 100).toFixed(1);
      const label = text(left - 8, Number(at) + 4, `${tick} %`, 'text-anchor="end" fill="#666"');
      return `<path d="M${left} ${at}h${PANEL.width}" stroke="#e4e4e4"/>${label}`;
    }),
    ...layerCounts.map((count, index) =>
      text(x(index), MARGIN.top + PANEL.height + 18, `${count}`, 'text-anchor="middle" fill="#666"'),
    ),
    `<path d="M${left} ${ideal.toFixed(1)}h${PANEL.width}" stroke="#444" stroke-dasharray="4 4"/>`,
    ...lines.map(({ name, color, width }) => {
      const points = layerCounts.map((count, index) => ({
        x: x(index),
        y: y(shareOf(results, setName, name, count)),
      }));
      const path = points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(' ');
      const dots = points.map(
        (point) =>
          `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="${width}" fill="${color}"/>`,
      );
      return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="${width}"/>${dots.join('')}`;
    }),
  ].join('\n');
}

function valuesOf(results: Results, setName: string, lines: readonly Line[]): number[] {
  return lines.flatMap(({ name }) =>
    results.layerCounts.map((count) => shareOf(results, setName, name, count)),
  );
}

const LEGEND_COLUMNS = 4;

function drawLegend(lines: readonly Line[]): string {
  return lines
    .map(({ name, color, width }, index) => {
      const x = MARGIN.left + (index % LEGEND_COLUMNS) * 190;
      const y = MARGIN.top + PANEL.height + 48 + Math.floor(index / LEGEND_COLUMNS) * 22;
      const dashes = width === 0 ? ' stroke-dasharray="4 4"' : '';
      const line = `<path d="M${x} ${y}h26" stroke="${color}" stroke-width="${Math.max(1, width)}"${dashes}/>`;
      return line + text(x + 34, y + 4, name);
    })
    .join('\n');
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
