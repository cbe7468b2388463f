import { describeEngine, type GzipEngine } from '../model/gzip-engine.ts';
import type { BuildSummary, LayerSummary, SourceSummary } from '../pipeline/run.ts';
import {
  formatBytes,
  formatCount,
  formatNoun,
  formatPercent,
  formatSeconds,
  formatShare,
} from '../model/human-numbers.ts';
import { type Column, renderTable } from '../reports/table.ts';

export interface SummarySettings {
  readonly seconds: number;
  /** With tables of layers and sources. */
  readonly verbose: boolean;
}

/** What a build did, as lines of text. @param settings.columns width of the terminal. */
export function renderBuildSummary(
  summary: BuildSummary,
  settings: SummarySettings & { readonly columns: number },
): string[] {
  const tables = settings.verbose
    ? [
        ...renderTable(LAYER_COLUMNS, summary.layers.map(layerCells), settings.columns),
        '',
        ...renderTable(SOURCE_COLUMNS, sourceRows(summary.sources), settings.columns),
        '',
        ...engineLines(summary.engine),
      ]
    : [];
  const { manifestDigest, tocImage } = summary;
  return [
    ...tables,
    totals(summary, settings.seconds),
    `manifest ${manifestDigest}`,
    ...(tocImage === undefined
      ? []
      : [`TOC image ${tocImage.manifestDigest}, ${formatBytes(tocImage.tocBytes)}`]),
  ];
}

/** The same for a line of a JSON log, sources included: what they claim, and last what nobody does. */
export function buildSummaryDetails(summary: BuildSummary, { seconds, verbose }: SummarySettings): object {
  const { manifestDigest, engine, layers, sources, fileCount, contentBytes, layerBytes, tocImage } = summary;
  return {
    manifestDigest,
    engine: engine && engineDetails(engine),
    layerCount: layers.length,
    fileCount,
    contentBytes,
    layerBytes,
    ...(tocImage !== undefined && { tocImage }),
    seconds: Math.round(seconds * 1000) / 1000,
    sources,
    ...(verbose && { layers }),
  };
}

function engineLines(engine: GzipEngine | undefined): string[] {
  return engine === undefined ? [] : [`gzip engine ${describeEngine(engine)}, level ${engine.level}`];
}

function engineDetails({ name, version, fingerprint, level }: GzipEngine): object {
  return { name, version, fingerprint, level };
}

function totals(summary: BuildSummary, seconds: number): string {
  const { layers, fileCount, contentBytes, layerBytes } = summary;
  const bytes = `${formatBytes(contentBytes)} in, ${formatBytes(layerBytes)} out`;
  const ratio = contentBytes === 0 ? '' : ` (${formatPercent(layerBytes, contentBytes)})`;
  return [
    formatNoun(layers.length, 'layer'),
    formatNoun(fileCount, 'file'),
    `${bytes}${ratio}`,
    formatSeconds(seconds),
  ].join(', ');
}

const LAYER_COLUMNS: readonly Column[] = [
  { title: 'layer', align: 'right' },
  { title: 'components', align: 'left', flexible: true },
  { title: 'files', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'compressed', align: 'right' },
];

function layerCells(layer: LayerSummary, index: number): string[] {
  return [
    String(index + 1),
    layer.componentNames.join(', '),
    formatCount(layer.fileCount),
    formatBytes(layer.contentBytes),
    formatBytes(layer.blob.sizeBytes),
  ];
}

function sourceRows(sources: readonly SourceSummary[]): string[][] {
  const contentBytes = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return sources.map((source) => sourceCells(source, contentBytes));
}

const SOURCE_COLUMNS: readonly Column[] = [
  { title: 'source', align: 'left', flexible: true },
  { title: 'packages', align: 'right' },
  { title: 'components', align: 'right' },
  { title: 'files', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'share', align: 'right' },
];

/** @param contentBytes - of all sources and the unclaimed rest together. */
function sourceCells(source: SourceSummary, contentBytes: number): string[] {
  return [
    source.source,
    source.packageCount === undefined ? '-' : formatCount(source.packageCount),
    formatCount(source.componentCount),
    formatCount(source.fileCount),
    formatBytes(source.sizeBytes),
    formatShare(source.sizeBytes, contentBytes),
  ];
}
