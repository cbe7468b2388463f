import type { ConvertedLayerSummary, ConvertSummary } from '../pipeline/run.ts';
import { formatBytes, formatNoun, formatPercent, formatSeconds } from '../model/human-numbers.ts';
import type { SummarySettings } from './summary.ts';
import { type Column, renderTable } from '../reports/table.ts';

/** What a conversion did, as lines of text. @param settings.columns width of the terminal. */
export function renderConvertSummary(
  summary: ConvertSummary,
  settings: SummarySettings & { readonly columns: number },
): string[] {
  const { images, layers, digest } = summary;
  const table = settings.verbose
    ? [...renderTable(LAYER_COLUMNS, layers.map(layerCells), settings.columns), '']
    : [];
  const kind = images.length === 1 && images[0]?.manifestDigest === digest ? 'manifest' : 'index';
  return [...table, totals(summary, settings.seconds), `${kind} ${digest}`];
}

/** The same for a line of a JSON log. */
export function convertSummaryDetails(
  summary: ConvertSummary,
  { seconds, verbose }: SummarySettings,
): object {
  const { digest, images, layers } = summary;
  return {
    digest,
    images: images.map(({ platform, manifestDigest }) => ({ platform, manifestDigest })),
    ...countLayers(layers),
    sourceBytes: sumOf(layers, 'sourceBytes'),
    bytes: sumOf(layers, 'bytes'),
    seconds: Math.round(seconds * 1000) / 1000,
    ...(verbose && { layers }),
  };
}

function totals({ images, layers }: ConvertSummary, seconds: number): string {
  const { keptLayerCount, convertedLayerCount } = countLayers(layers);
  const [sourceBytes, bytes] = [sumOf(layers, 'sourceBytes'), sumOf(layers, 'bytes')];
  const ratio = sourceBytes === 0 ? '' : ` (${formatPercent(bytes, sourceBytes)})`;
  return [
    ...(images.length > 1 ? [formatNoun(images.length, 'platform')] : []),
    `${formatNoun(convertedLayerCount, 'layer')} converted`,
    `${keptLayerCount} kept`,
    `${formatBytes(sourceBytes)} in, ${formatBytes(bytes)} out${ratio}`,
    formatSeconds(seconds),
  ].join(', ');
}

function countLayers(layers: readonly ConvertedLayerSummary[]) {
  const keptLayerCount = layers.filter(({ outcome }) => outcome.kind === 'kept').length;
  return { keptLayerCount, convertedLayerCount: layers.length - keptLayerCount };
}

function sumOf(layers: readonly ConvertedLayerSummary[], field: 'sourceBytes' | 'bytes'): number {
  return layers.reduce((sum, layer) => sum + layer[field], 0);
}

const LAYER_COLUMNS: readonly Column[] = [
  { title: 'layer', align: 'right' },
  { title: 'digest', align: 'left', flexible: true },
  { title: 'was', align: 'right' },
  { title: 'is', align: 'right' },
  { title: '', align: 'left' },
];

function layerCells({ outcome, ...layer }: ConvertedLayerSummary, index: number): string[] {
  const how = outcome.kind === 'not-expressible' ? 'plain gzip' : outcome.kind;
  return [String(index + 1), layer.digest, formatBytes(layer.sourceBytes), formatBytes(layer.bytes), how];
}
