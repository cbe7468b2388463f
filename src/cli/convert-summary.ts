import type { ConvertedLayerSummary, ConvertSummary } from '../pipeline/run.ts';
import { formatBytes, formatNoun, formatPercent, formatSeconds } from '../model/human-numbers.ts';
import type { SummarySettings } from './summary.ts';
import { type Column, renderTable } from '../reports/table.ts';

type TextSettings = SummarySettings & { readonly columns: number };

/** What a conversion did, as lines of text. @param settings.columns width of the terminal. */
export function renderConvertSummary(summary: ConvertSummary, settings: TextSettings): string[] {
  const { keptLayerCount, convertedLayerCount } = countLayers(summary.layers);
  const converted = `${formatNoun(convertedLayerCount, 'layer')} converted, ${keptLayerCount} kept`;
  return renderSummary(summary, converted, settings);
}

/** The same of an image that comes out of a chunk store: whether a layer is converted was the user's choice, for all. */
export function renderExportSummary(summary: ConvertSummary, settings: TextSettings): string[] {
  return renderSummary(summary, formatNoun(summary.layers.length, 'layer'), settings);
}

/** What a conversion did, for a line of a JSON log. */
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

function renderSummary(
  { images, layers, digest }: ConvertSummary,
  layerCounts: string,
  { seconds, verbose, columns }: TextSettings,
): string[] {
  const table = verbose ? [...renderTable(LAYER_COLUMNS, layers.map(layerCells), columns), ''] : [];
  const platforms = images.length > 1 ? [formatNoun(images.length, 'platform')] : [];
  const totals = [...platforms, layerCounts, sizes(layers), formatSeconds(seconds)].join(', ');
  const kind = images.length === 1 && images[0]?.manifestDigest === digest ? 'manifest' : 'index';
  return [...table, totals, `${kind} ${digest}`];
}

function sizes(layers: readonly ConvertedLayerSummary[]): string {
  const [sourceBytes, bytes] = [sumOf(layers, 'sourceBytes'), sumOf(layers, 'bytes')];
  const ratio = sourceBytes === 0 ? '' : ` (${formatPercent(bytes, sourceBytes)})`;
  return `${formatBytes(sourceBytes)} in, ${formatBytes(bytes)} out${ratio}`;
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
