import type {
  ChunkAddSummary,
  ChunkComparison,
  ChunkedLayerSummary,
  ChunkVerifyReport,
  CleanResult,
  ImageStats,
  PairStats,
  StoreStats,
} from '../model/chunk-report.ts';
import { formatBytes, formatCount, formatNoun, formatSeconds, formatShare } from '../model/human-numbers.ts';
import { printableLine } from '../model/terminal-text.ts';
import { type Column, renderTable } from './table.ts';

const right = (title: string): Column => ({ title, align: 'right' });
const left = (title: string): Column => ({ title, align: 'left' });

/** A line a layer, then totals: what is new and what was there makes all. */
export function renderAddedImage(
  summary: ChunkAddSummary,
  { columns, seconds }: { readonly columns: number; readonly seconds: number },
): string[] {
  const { manifestDigest, replacedDigest, layers } = summary;
  const name = printableLine(summary.name);
  return [
    ...renderTable(LAYER_COLUMNS, [...layers.map(layerCells), totalCells(layers)], columns),
    '',
    ...(replacedDigest === undefined ? [] : [`${name} was ${replacedDigest} before`]),
    `${name} is ${manifestDigest}, ${formatNoun(layers.length, 'layer')}, ${formatSeconds(seconds)}`,
  ];
}

const LAYER_COLUMNS = [
  right('layer'),
  { title: 'diff ID', align: 'left', flexible: true } as const,
  right('size'),
  right('chunks'),
  right('new'),
  right('deduplicated'),
  right('new bytes'),
];

function layerCells(layer: ChunkedLayerSummary, index: number): string[] {
  return [String(index + 1), layer.diffId, ...countCells(layer)];
}

function totalCells(layers: readonly ChunkedLayerSummary[]): string[] {
  const sum = (of: (layer: ChunkedLayerSummary) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  return [
    '',
    'total',
    ...countCells({
      sizeBytes: sum(({ sizeBytes }) => sizeBytes),
      chunkCount: sum(({ chunkCount }) => chunkCount),
      newChunkCount: sum(({ newChunkCount }) => newChunkCount),
      newBytes: sum(({ newBytes }) => newBytes),
    }),
  ];
}

type LayerCounts = Pick<ChunkedLayerSummary, 'sizeBytes' | 'chunkCount' | 'newChunkCount' | 'newBytes'>;

function countCells({ sizeBytes, chunkCount, newChunkCount, newBytes }: LayerCounts): string[] {
  return [
    formatBytes(sizeBytes),
    formatCount(chunkCount),
    formatCount(newChunkCount),
    formatCount(chunkCount - newChunkCount),
    formatBytes(newBytes),
  ];
}

/** A line an image, a line for every two of them, then the whole store. */
export function renderStats(stats: StoreStats, columns: number): string[] {
  const { images, pairs, uniqueChunkCount, uniqueBytes, indexCount, indexBytes } = stats;
  const chunkBytes = images.reduce((sum, image) => sum + image.chunkBytes, 0);
  return [
    ...renderTable(IMAGE_COLUMNS, images.map(imageCells), columns),
    '',
    ...pairLines(stats, columns),
    `${formatNoun(images.length, 'image')}, ${formatNoun(uniqueChunkCount, 'chunk')} with ${formatBytes(uniqueBytes)} for ${formatBytes(chunkBytes)}${ratio(chunkBytes, uniqueBytes)}`,
    `${formatNoun(indexCount, 'index', 'indexes')} with ${formatBytes(indexBytes)}`,
    ...(pairs === undefined
      ? [`what two images share is left out for ${formatCount(images.length)} images: name some of them`]
      : []),
  ];
}

function ratio(chunkBytes: number, uniqueBytes: number): string {
  return uniqueBytes === 0 ? '' : ` (${(chunkBytes / uniqueBytes).toFixed(2)} : 1)`;
}

const IMAGE_COLUMNS = [
  // Whole, also where lines wrap: it is the name that other commands want.
  left('image'),
  left('cut'),
  right('layers'),
  right('size'),
  right('chunks'),
  right('different'),
  right('bytes'),
  right('in no other'),
  right('bytes'),
];

function imageCells(image: ImageStats): string[] {
  return [
    image.name,
    image.chunking,
    String(image.layerCount),
    formatBytes(image.sizeBytes),
    formatCount(image.chunkCount),
    formatCount(image.uniqueChunkCount),
    formatBytes(image.uniqueBytes),
    formatCount(image.ownChunkCount),
    formatBytes(image.ownBytes),
  ];
}

const LISTED_PAIRS = 50;

function pairLines({ images, pairs = [] }: StoreStats, columns: number): string[] {
  if (pairs.length === 0) return [];
  const sizes = new Map(images.map(({ name, uniqueBytes }) => [name, uniqueBytes]));
  const listed = pairs.toSorted((one, other) => other.sharedBytes - one.sharedBytes).slice(0, LISTED_PAIRS);
  const unlisted = pairs.length - listed.length;
  return [
    ...renderTable(
      PAIR_COLUMNS,
      listed.map((pair) => pairCells(pair, sizes)),
      columns,
    ),
    ...(unlisted > 0 ? [`and ${formatNoun(unlisted, 'pair')} that share less; --json lists all`] : []),
    '',
  ];
}

const PAIR_COLUMNS = [
  left('image'),
  left('and'),
  right('shared chunks'),
  right('bytes'),
  right('of the first'),
  right('of the second'),
];

function pairCells(
  { left: first, right: second, ...shared }: PairStats,
  sizes: ReadonlyMap<string, number>,
): string[] {
  return [
    first,
    second,
    formatCount(shared.sharedChunkCount),
    formatBytes(shared.sharedBytes),
    formatShare(shared.sharedBytes, sizes.get(first) ?? 0),
    formatShare(shared.sharedBytes, sizes.get(second) ?? 0),
  ];
}

/** A line for every way to cut. */
export function renderComparison(trials: readonly ChunkComparison[], columns: number): string[] {
  return renderTable(COMPARISON_COLUMNS, trials.map(comparisonCells), columns);
}

const COMPARISON_COLUMNS = [
  left('strategy'),
  right('chunk size'),
  right('chunks'),
  right('unique'),
  right('unique bytes'),
  right('dedup'),
  right('indexes'),
  right('time'),
];

function comparisonCells(trial: ChunkComparison): string[] {
  const { strategy, uniqueBytes, chunkBytes } = trial;
  return [
    strategy.name,
    strategy.name === 'file-boundary' ? '-' : formatBytes(strategy.chunkSizeBytes),
    formatCount(trial.chunkCount),
    formatCount(trial.uniqueChunkCount),
    formatBytes(uniqueBytes),
    uniqueBytes === 0 ? '-' : (chunkBytes / uniqueBytes).toFixed(2),
    formatBytes(trial.indexBytes),
    formatSeconds(trial.seconds),
  ];
}

/** One line a finding, `CODE: SUBJECT: MESSAGE`, then what was looked at and how it went. */
export function renderVerification(report: ChunkVerifyReport, seconds: number): string[] {
  const { findings, droppedCount } = report;
  const strayCount = findings.filter(({ code }) => code === 'stray').length;
  const badCount = findings.length - strayCount;
  const parts = [
    formatNoun(report.imageCount, 'image'),
    formatNoun(report.indexCount, 'index', 'indexes'),
    `${formatNoun(report.chunkCount, 'chunk')} with ${formatBytes(report.chunkBytes)}`,
    formatSeconds(seconds),
  ];
  return [
    ...findings.map(({ code, subject, message }) => `${code}: ${subject}: ${message}`),
    `checked ${parts.join(', ')}`,
    ...(droppedCount > 0
      ? [`dropped ${formatNoun(droppedCount, 'damaged chunk')}: add their images again`]
      : []),
    ...(strayCount > 0
      ? [`${formatNoun(strayCount, 'file')} that nothing needs: layah chunk clean drops them`]
      : []),
    badCount === 0 ? 'ok: every image can be restored' : `failed: ${formatNoun(badCount, 'finding')}`,
  ];
}

export function renderCleaning(result: CleanResult): string[] {
  const { imageCount, indexCount, chunkCount, chunkBytes, leftoverCount, keptChunkCount } = result;
  const kept = `${formatNoun(keptChunkCount, 'chunk')} kept, written since an add began that has not ended`;
  const parts = [
    ...(imageCount > 0 ? [formatNoun(imageCount, 'image')] : []),
    formatNoun(indexCount, 'index', 'indexes'),
    `${formatNoun(chunkCount, 'chunk')} with ${formatBytes(chunkBytes)}`,
    ...(leftoverCount > 0 ? [`what ${formatNoun(leftoverCount, 'ended command')} left behind`] : []),
  ];
  return [`dropped ${parts.join(', ')}`, ...(keptChunkCount > 0 ? [kept] : [])];
}
