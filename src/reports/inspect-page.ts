/*
 * The page of `layah inspect`. Layers are counted from 1, as in its text.
 */
import { formatNoun, formatShare } from '../model/human-numbers.ts';
import type {
  ComponentReport,
  Duplicate,
  ImageReport,
  LayerReport,
  LayerStorage,
  OverriddenFile,
  StoredFile,
} from '../model/image-report.ts';
import { formatPlatform } from '../model/platform.ts';
import { bytesCell, countCell, digestCell, nameCell, namesCell, shareCell, textCell } from './cells.ts';
import { componentNode } from './component-node.ts';
import { fileTable, type ListedFile } from './file-table.ts';
import type { Cell, Fact, MapBranch, MapNode, Page, PageTable } from './page.ts';
import { storageWord } from './storage-text.ts';
import { FORMAT_LEGEND, type Legend, RATE_LEGEND, rateTone, type Tone } from './tones.ts';

export function inspectPage(report: ImageReport): Page {
  const hasRates = report.layers.some(({ weeklyUpdateProbability }) => weeklyUpdateProbability !== undefined);
  const toneOf = (layer: LayerReport): Tone =>
    hasRates ? rateTone(layer.weeklyUpdateProbability) : layer.storage.kind;
  return {
    title: report.location,
    subtitle: 'Image',
    figures: inspectFigures(report),
    facts: inspectFacts(report),
    map: {
      title: 'Layers, components and big files',
      root: inspectMap(report, toneOf),
      legend: hasRates ? RATE_LEGEND : usedFormats(report),
    },
    tables: [
      layerTable(report, toneOf, hasRates),
      componentTable(report.components),
      fileTable('Largest files', report.largestFiles.map(numbered)),
      duplicateTable(report.duplicates.worst),
      overriddenTable(report.overridden.largest),
      ...(report.files === undefined ? [] : [fileTable('Files', report.files.map(numbered))]),
    ].filter(({ rows }) => rows.length > 0),
  };
}

function usedFormats({ layers }: ImageReport): Legend {
  const used = new Set<Tone>(layers.map(({ storage }) => storage.kind));
  return { ...FORMAT_LEGEND, items: FORMAT_LEGEND.items.filter(({ tone }) => used.has(tone)) };
}

function inspectFigures({ totals, duplicates, overridden }: ImageReport): Fact[] {
  const { layerCount, componentCount, fileCount, sizeBytes, compressedBytes } = totals;
  return [
    { label: 'Layers', cell: countCell(layerCount) },
    { label: 'Components', cell: countCell(componentCount) },
    { label: 'Files', cell: countCell(fileCount) },
    { label: 'Content', cell: bytesCell(sizeBytes) },
    {
      label: 'Download',
      cell: bytesCell(compressedBytes),
      remark: formatShare(compressedBytes, sizeBytes),
    },
    {
      label: 'Stored again',
      cell: bytesCell(duplicates.wastedBytes),
      remark: formatNoun(duplicates.contentCount, 'file'),
    },
    {
      label: 'Overridden',
      cell: bytesCell(overridden.sizeBytes),
      remark: formatNoun(overridden.fileCount, 'file'),
    },
  ];
}

function inspectFacts({ platform, config, manifestDigest, configDigest }: ImageReport): Fact[] {
  const facts: Fact[] = [
    { label: 'Platform', cell: textCell(formatPlatform(platform)) },
    { label: 'Created', cell: textCell(config.created) },
    { label: 'User', cell: textCell(config.user) },
    { label: 'Directory', cell: textCell(config.workingDirectory) },
    { label: 'Entrypoint', cell: listCell(config.entrypoint) },
    { label: 'Command', cell: listCell(config.command) },
    { label: 'Ports', cell: namesCell(config.exposedPorts) },
    { label: 'Volumes', cell: namesCell(config.volumes) },
    { label: 'Environment', cell: namesCell(config.environment) },
    {
      label: 'Labels',
      cell: namesCell(Object.entries(config.labels).map(([key, value]) => `${key}=${value}`)),
    },
    { label: 'Manifest', cell: digestCell(manifestDigest) },
    { label: 'Image ID', cell: digestCell(configDigest) },
  ];
  return facts.filter(({ cell }) => cell.kind !== 'none');
}

function listCell(values: readonly string[]): Cell {
  return values.length === 0 ? nameCell(undefined) : nameCell(JSON.stringify(values));
}

function inspectMap({ layers, largestFiles }: ImageReport, toneOf: (layer: LayerReport) => Tone): MapBranch {
  const children = layers.map((layer, index): MapBranch => {
    const files = largestFiles.filter((file) => file.layer === index);
    return {
      kind: 'branch',
      name: `layer ${index + 1}`,
      shortName: String(index + 1),
      children: layerNodes(layer, files, toneOf(layer)),
    };
  });
  return { kind: 'branch', name: 'image', shortName: 'image', children };
}

/** Its components, or itself where it is not known how large they are. */
function layerNodes(layer: LayerReport, files: readonly StoredFile[], tone: Tone): MapNode[] {
  const { components, sizeBytes, digest } = layer;
  const areKnown = components.length > 0 && components.every((each) => each.sizeBytes !== undefined);
  if (!areKnown) {
    const name = components.map((each) => each.name).join(', ') || digest;
    return [componentNode({ name, sizeBytes, tone, bigFiles: files })];
  }
  return components.map(({ name, sizeBytes: componentBytes = 0 }) =>
    componentNode({
      name,
      sizeBytes: componentBytes,
      tone,
      bigFiles: files.filter(({ component }) => component === name),
    }),
  );
}

function layerTable(
  { layers, totals }: ImageReport,
  toneOf: (layer: LayerReport) => Tone,
  hasRates: boolean,
): PageTable {
  return {
    title: 'Layers',
    note: 'From the bottom up.',
    columns: [
      { title: 'Layer', align: 'right', sorted: 'ascending' },
      { title: 'Components', align: 'left' },
      { title: 'Files', align: 'right' },
      { title: 'Content', align: 'right', bars: true },
      { title: 'Download', align: 'right', bars: true },
      { title: 'Share', align: 'right' },
      ...(hasRates ? [{ title: 'Changes/week', align: 'right' } as const] : []),
      { title: 'Format', align: 'left' },
      { title: 'Chunks', align: 'right' },
      { title: 'Members', align: 'right' },
      { title: 'Digest', align: 'left' },
    ],
    rows: layers.map((layer, index) => [
      countCell(index + 1),
      namesCell(layer.components.map(({ name }) => name)),
      countCell(layer.fileCount),
      bytesCell(layer.sizeBytes),
      bytesCell(layer.compressedBytes),
      shareCell(layer.compressedBytes, totals.compressedBytes),
      ...(hasRates ? [shareCell(layer.weeklyUpdateProbability, 1, toneOf(layer))] : []),
      { kind: 'tone', tone: layer.storage.kind, text: formatWords(layer.storage) },
      countCell(layer.storage.kind === 'estargz' ? layer.storage.chunkCount : undefined),
      countCell(layer.storage.kind === 'estargz' ? layer.storage.memberCount : undefined),
      digestCell(layer.digest),
    ]),
  };
}

function formatWords(storage: LayerStorage): string {
  const words = [storageWord(storage)];
  if (storage.kind === 'estargz' && storage.landmark === 'prefetch') words.push('prefetch');
  if (storage.kind === 'estargz' && storage.tocIsExternal) words.push('external TOC');
  return words.join(', ');
}

function componentTable(components: readonly ComponentReport[]): PageTable {
  const sorted = components.toSorted((left, right) => (right.sizeBytes ?? 0) - (left.sizeBytes ?? 0));
  return {
    title: 'Components',
    note: '',
    columns: [
      { title: 'Component', align: 'left' },
      { title: 'Layers', align: 'left' },
      { title: 'Files', align: 'right' },
      { title: 'Content', align: 'right', sorted: 'descending', bars: true },
    ],
    rows: sorted.map(({ name, layers, fileCount, sizeBytes }) => [
      nameCell(name),
      namesCell(layers.map(layerName)),
      countCell(fileCount),
      bytesCell(sizeBytes),
    ]),
  };
}

function numbered({ layer, ...file }: StoredFile): ListedFile {
  return { ...file, layerNumber: layer + 1 };
}

function duplicateTable(duplicates: readonly Duplicate[]): PageTable {
  return {
    title: 'Stored more than once',
    note: 'The same content at several paths, or in several layers.',
    columns: [
      { title: 'Copies', align: 'left' },
      { title: 'Number', align: 'right' },
      { title: 'Size', align: 'right' },
      { title: 'Wasted', align: 'right', sorted: 'descending', bars: true },
    ],
    rows: duplicates.map(({ copies, sizeBytes }) => [
      namesCell(copies.map(({ path, layer }) => `${path} (layer ${layerName(layer)})`)),
      countCell(copies.length),
      bytesCell(sizeBytes),
      bytesCell(sizeBytes * (copies.length - 1)),
    ]),
  };
}

function overriddenTable(files: readonly OverriddenFile[]): PageTable {
  return {
    title: 'Overridden',
    note: 'What clients pull and no container sees: later layers replace or delete it.',
    columns: [
      { title: 'File', align: 'left' },
      { title: 'Layer', align: 'right' },
      { title: 'Replaced in', align: 'left' },
      { title: 'Size', align: 'right', sorted: 'descending', bars: true },
    ],
    rows: files.map(({ path, layer, replacedBy, sizeBytes }) => [
      nameCell(path),
      countCell(layer + 1),
      textCell(replacedBy === undefined ? 'deleted' : `layer ${layerName(replacedBy)}`),
      bytesCell(sizeBytes),
    ]),
  };
}

function layerName(layer: number): string {
  return String(layer + 1);
}
