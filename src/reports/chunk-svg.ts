import type { ChunkComparison } from '../model/chunk-report.ts';
import { formatBytes } from '../model/human-numbers.ts';

const ROW_HEIGHT = 26;
const BAR_HEIGHT = 16;
const TOP = 46;
const LABEL_WIDTH = 200;
const BAR_WIDTH = 420;
const NUMBER_WIDTH = 190;

/** Unique bytes and indexes of every way to cut, as bars. Colours for a light and for a dark background. */
export function renderComparisonSvg(trials: readonly ChunkComparison[]): string {
  const width = LABEL_WIDTH + BAR_WIDTH + NUMBER_WIDTH;
  const height = TOP + trials.length * ROW_HEIGHT + 10;
  const largest = Math.max(1, ...trials.map(({ uniqueBytes, indexBytes }) => uniqueBytes + indexBytes));
  const rows = trials.flatMap((trial, index) => row(trial, TOP + index * ROW_HEIGHT, BAR_WIDTH / largest));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>Bytes that a chunk store needs, by strategy and chunk size</title>',
    `<style>${STYLE}</style>`,
    text('heading', [LABEL_WIDTH, 20], 'What a chunk store needs: chunks and indexes'),
    ...rows,
    '</svg>',
  ].join('\n')}\n`;
}

const STYLE =
  'text{font:13px sans-serif;fill:#222}.heading{font-weight:bold}.label{text-anchor:end}' +
  '.chunks{fill:#4477aa}.indexes{fill:#ee9944}' +
  '@media(prefers-color-scheme:dark){text{fill:#ddd}.chunks{fill:#77aadd}}';

function row(trial: ChunkComparison, y: number, scale: number): string[] {
  const { strategy, uniqueBytes, indexBytes, chunkBytes } = trial;
  const size = strategy.name === 'file-boundary' ? '' : ` ${formatBytes(strategy.chunkSizeBytes)}`;
  const [chunks, indexes] = [uniqueBytes * scale, indexBytes * scale];
  const dedup = uniqueBytes === 0 ? '' : `, ${(chunkBytes / uniqueBytes).toFixed(2)} : 1`;
  const baseline = y + BAR_HEIGHT - 3;
  return [
    text('label', [LABEL_WIDTH - 8, baseline], `${strategy.name}${size}`),
    bar('chunks', [LABEL_WIDTH, y], chunks),
    bar('indexes', [LABEL_WIDTH + chunks, y], indexes),
    text('number', [LABEL_WIDTH + chunks + indexes + 6, baseline], `${formatBytes(uniqueBytes)}${dedup}`),
  ];
}

type Point = readonly [x: number, y: number];

function bar(className: string, [x, y]: Point, width: number): string {
  return `<rect class="${className}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}"/>`;
}

/** Nothing that is written needs to be escaped: names of strategies, and numbers. */
function text(className: string, [x, y]: Point, content: string): string {
  return `<text class="${className}" x="${x.toFixed(1)}" y="${y}">${content}</text>`;
}
