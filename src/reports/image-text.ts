/*
 * The report of `layah inspect` for people. Layers are counted from 1, as in the tables of layah plan.
 */
import { formatBytes, formatNoun, formatShare } from '../model/human-numbers.ts';
import type { ConfigSummary, ImageReport, LayerReport, StoredFile } from '../model/image-report.ts';
import { formatPlatform } from '../model/platform.ts';
import { printableText } from '../model/terminal-text.ts';
import { fieldLines } from './field-lines.ts';
import { describeStorage, storageWord } from './storage-text.ts';
import { type Column, renderTable } from './table.ts';

export interface ImageTextSettings {
  /** Width of the terminal. */
  readonly columns: number;
  /** All that is known of every layer, in place of the table. */
  readonly layers: boolean;
}

/** Lines that are safe to print. */
export function renderImageText(report: ImageReport, settings: ImageTextSettings): string[] {
  const { files } = report;
  if (files !== undefined) return renderFiles(files, settings.columns);
  return [
    ...headLines(report),
    '',
    ...(settings.layers
      ? report.layers.flatMap((layer, index) => layerLines(layer, index, report))
      : renderLayers(report, settings.columns)),
    '',
    ...totalLines(report),
    ...largestLines(report, settings.columns),
    ...duplicateLines(report, settings.columns),
    ...overriddenLines(report, settings.columns),
  ];
}

function headLines(report: ImageReport): string[] {
  return [
    printableText(report.location),
    ...fieldLines([
      ['manifest', [report.manifestDigest]],
      ['image ID', [report.configDigest]],
      ['platform', [formatPlatform(report.platform)]],
      ...configFields(report.config),
    ]),
  ];
}

function configFields(config: ConfigSummary): (readonly [string, readonly string[]])[] {
  return [
    ['created', one(config.created)],
    ['user', one(config.user)],
    ['directory', one(config.workingDirectory)],
    ['entrypoint', list(config.entrypoint)],
    ['command', list(config.command)],
    ['environment', config.environment],
    ['ports', config.exposedPorts],
    ['volumes', config.volumes],
    ['labels', Object.entries(config.labels).map(([key, value]) => `${key}=${value}`)],
  ];
}

function one(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function list(values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [JSON.stringify(values)];
}

const LAYER_COLUMNS: readonly Column[] = [
  { title: 'layer', align: 'right' },
  { title: 'components', align: 'left', flexible: true },
  { title: 'files', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'compressed', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'format', align: 'left' },
];

const RATE_COLUMN: Column = { title: 'changes/week', align: 'right' };

function renderLayers({ layers, totals, componentsFrom }: ImageReport, columns: number): string[] {
  const hasRates = layers.some(({ weeklyUpdateProbability }) => weeklyUpdateProbability !== undefined);
  const [first, names, ...rest] = LAYER_COLUMNS;
  const title = componentsFrom === 'none' ? 'digest' : 'components';
  const shown = [first, names && { ...names, title }, ...rest, ...(hasRates ? [RATE_COLUMN] : [])];
  const rows = layers.map((layer, index) => [
    String(index + 1),
    layer.components.length === 0 ? layer.digest : layer.components.map(({ name }) => name).join(', '),
    String(layer.fileCount),
    formatBytes(layer.sizeBytes),
    formatBytes(layer.compressedBytes),
    formatShare(layer.compressedBytes, totals.compressedBytes),
    storageWord(layer.storage),
    ...(hasRates ? [formatRate(layer.weeklyUpdateProbability)] : []),
  ]);
  return renderTable(
    shown.filter((column) => column !== undefined),
    rows,
    columns,
  );
}

function formatRate(probability: number | undefined): string {
  return probability === undefined ? '-' : formatShare(probability, 1);
}

function layerLines(layer: LayerReport, index: number, { totals }: ImageReport): string[] {
  const { tarBytes, weeklyUpdateProbability, diffId } = layer;
  const size = [
    `${formatBytes(layer.sizeBytes)} in ${formatNoun(layer.fileCount, 'file')}`,
    ...(tarBytes === undefined ? [] : [`${formatBytes(tarBytes)} as tar`]),
  ];
  const share = formatShare(layer.compressedBytes, totals.compressedBytes);
  const rate =
    weeklyUpdateProbability === undefined ? [] : [`in ${formatRate(weeklyUpdateProbability)} of all weeks`];
  return [
    ...fieldLines([
      [`layer ${index + 1}`, [layer.digest]],
      ['  diff ID', one(diffId)],
      ['  size', [size.join(', ')]],
      ['  compressed', [`${formatBytes(layer.compressedBytes)}, ${share} of the image`]],
      ['  format', [`${describeStorage(layer.storage)} (${layer.mediaType})`]],
      ['  changes', rate],
      ['  components', layer.components.map(componentText)],
    ]),
  ];
}

function componentText({ name, fileCount, sizeBytes }: LayerReport['components'][number]): string {
  if (fileCount === undefined || sizeBytes === undefined) return name;
  return `${name}: ${formatNoun(fileCount, 'file')}, ${formatBytes(sizeBytes)}`;
}

function totalLines({ totals, layers, componentsFrom }: ImageReport): string[] {
  const known = componentsFrom === 'none' ? [] : [formatNoun(totals.componentCount, 'component')];
  const parts = [
    formatNoun(totals.layerCount, 'layer'),
    ...known,
    formatNoun(totals.fileCount, 'file'),
    formatBytes(totals.sizeBytes),
    `${formatBytes(totals.compressedBytes)} compressed`,
  ];
  return [parts.join(', '), ...estargzLine(layers)];
}

function estargzLine(layers: readonly LayerReport[]): string[] {
  const stored = layers.flatMap(({ storage }) => (storage.kind === 'estargz' ? [storage] : []));
  if (stored.length === 0) return ['no layer is eStargz: none can be pulled lazily'];
  const chunks = stored.reduce((sum, { chunkCount }) => sum + chunkCount, 0);
  const members = stored.reduce((sum, { memberCount }) => sum + memberCount, 0);
  const prefetching = stored.filter(({ landmark }) => landmark === 'prefetch').length;
  const external = stored.filter(({ tocIsExternal }) => tocIsExternal).length;
  const parts = [
    `eStargz: ${formatNoun(stored.length, 'layer')} of ${layers.length}`,
    `${formatNoun(chunks, 'chunk')} in ${formatNoun(members, 'gzip member')}`,
    ...(prefetching === 0 ? [] : [`${formatNoun(prefetching, 'layer')} with files to prefetch`]),
    ...(external === 0 ? [] : ['TOCs in another image']),
  ];
  return [parts.join(', ')];
}

const FILE_COLUMNS: readonly Column[] = [
  { title: 'file', align: 'left', flexible: true },
  { title: 'size', align: 'right' },
  { title: 'layer', align: 'right' },
];

const COMPONENT_COLUMN: Column = { title: 'component', align: 'left' };

const MAX_LARGEST = 10;
const MAX_FINDINGS = 5;

function largestLines({ largestFiles }: ImageReport, columns: number): string[] {
  if (largestFiles.length === 0) return [];
  return ['', 'largest files', ...fileTable(largestFiles.slice(0, MAX_LARGEST), columns)];
}

function fileTable(files: readonly StoredFile[], columns: number): string[] {
  const hasComponents = files.some(({ component }) => component !== undefined);
  const rows = files.map(({ path, sizeBytes, layer, component }) => [
    path,
    formatBytes(sizeBytes),
    String(layer + 1),
    ...(hasComponents ? [component ?? '-'] : []),
  ]);
  return renderTable([...FILE_COLUMNS, ...(hasComponents ? [COMPONENT_COLUMN] : [])], rows, columns);
}

function duplicateLines({ duplicates }: ImageReport, columns: number): string[] {
  const { contentCount, wastedBytes, worst } = duplicates;
  if (contentCount === 0) return [];
  const rows = worst.slice(0, MAX_FINDINGS).map(({ sizeBytes, copies }) => {
    const layers = [...new Set(copies.map(({ layer }) => layer + 1))].join(', ');
    return [copies.map(({ path }) => path).join(' '), formatBytes(sizeBytes), layers];
  });
  return [
    '',
    `stored more than once: ${formatNoun(contentCount, 'content')}, ${formatBytes(wastedBytes)} could be saved`,
    ...renderTable(
      FILE_COLUMNS.map((column) => (column.title === 'layer' ? { ...column, title: 'layers' } : column)),
      rows,
      columns,
    ),
  ];
}

function overriddenLines({ overridden }: ImageReport, columns: number): string[] {
  if (overridden.fileCount === 0) return [];
  const rows = overridden.largest
    .slice(0, MAX_FINDINGS)
    .map(({ path, sizeBytes, layer, replacedBy }) => [
      path,
      formatBytes(sizeBytes),
      String(layer + 1),
      replacedBy === undefined ? 'deleted' : `layer ${replacedBy + 1}`,
    ]);
  return [
    '',
    `overridden by later layers: ${formatNoun(overridden.fileCount, 'file')}, ${formatBytes(overridden.sizeBytes)}`,
    ...renderTable([...FILE_COLUMNS, { title: 'by', align: 'left' }], rows, columns),
  ];
}

function renderFiles(files: readonly StoredFile[], columns: number): string[] {
  if (files.length === 0) return ['no file matches'];
  const marked = files.map((file) => ({
    ...file,
    path: file.isOverridden ? `${file.path} (overridden)` : file.path,
  }));
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [...fileTable(marked, columns), '', `${formatNoun(files.length, 'file')}, ${formatBytes(bytes)}`];
}
