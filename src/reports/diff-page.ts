/*
 * The page of `layah diff`: the new image, and what a client that has the old one downloads of it.
 */
import type {
  ComponentFate,
  DiffComponent,
  DiffFile,
  DiffLayer,
  DiffReport,
  DiffSide,
  LayerFate,
} from '../model/diff-report.ts';
import { formatNoun, formatShare } from '../model/human-numbers.ts';
import { formatPlatform } from '../model/platform.ts';
import { bytesCell, countCell, digestCell, nameCell, namesCell, textCell } from './cells.ts';
import { componentNode } from './component-node.ts';
import { COMPONENT_WORDS } from './diff-words.ts';
import type { Fact, MapBranch, Page, PageTable } from './page.ts';
import { CHANGE_LEGEND, type ChangeTone } from './tones.ts';

export function diffPage(report: DiffReport): Page {
  const { components, layers, files } = report;
  return {
    title: report.new.location,
    subtitle: `Update from ${report.old.location}`,
    figures: diffFigures(report),
    facts: [...sideFacts('Old', report.old), ...sideFacts('New', report.new)],
    map: { title: 'Components of the new image', root: diffMap(components), legend: CHANGE_LEGEND },
    tables: [
      componentTable(components),
      layerTable(layers),
      ...(files === undefined ? [] : [fileTable(files)]),
    ],
  };
}

function diffFigures(report: DiffReport): Fact[] {
  const { download, chunks, totals } = report;
  return [
    { label: 'Downloaded', cell: bytesCell(download.blobBytes), remark: formatShare(download.share, 1) },
    {
      label: 'In layers',
      cell: countCell(download.layerCount),
      remark: `of ${report.new.layerCount}`,
    },
    ...(chunks.chunkCount === 0
      ? []
      : [
          {
            label: 'By chunk',
            cell: bytesCell(chunks.downloadBytes),
            remark: formatNoun(chunks.chunkCount - chunks.sharedChunkCount, 'chunk'),
          },
        ]),
    {
      label: 'Already there',
      cell: bytesCell(totals.shared.compressedBytes),
      remark: formatNoun(totals.shared.layerCount, 'layer'),
    },
    {
      label: 'Gone',
      cell: bytesCell(totals.gone.compressedBytes),
      remark: formatNoun(totals.gone.layerCount, 'layer'),
    },
  ];
}

function sideFacts(label: string, { location, platform, manifestDigest }: DiffSide): Fact[] {
  return [
    { label, cell: nameCell(location), remark: formatPlatform(platform) },
    { label: '', cell: digestCell(manifestDigest) },
  ];
}

/** In the order of the map's legend. */
const MAPPED_FATES: readonly Exclude<ComponentFate, 'removed'>[] = [
  'updated',
  'added',
  'repacked',
  'unchanged',
];

function diffMap(components: readonly DiffComponent[]): MapBranch {
  const children = MAPPED_FATES.map((fate): MapBranch => ({
    kind: 'branch',
    name: COMPONENT_WORDS[fate],
    shortName: COMPONENT_WORDS[fate],
    children: components
      .filter((component) => component.fate === fate)
      .map(({ name, newBytes }) => componentNode({ name, sizeBytes: newBytes, tone: fate, bigFiles: [] })),
  }));
  return { kind: 'branch', name: 'image', shortName: 'image', children };
}

function componentTable(components: readonly DiffComponent[]): PageTable {
  const sorted = components.toSorted((left, right) => right.downloadBytes - left.downloadBytes);
  return {
    title: 'Components',
    note: 'Files are those that differ, bytes are content; what is downloaded is in layers that the old image has not.',
    columns: [
      { title: 'Component', align: 'left' },
      { title: 'Change', align: 'left' },
      { title: 'Downloaded', align: 'right', sorted: 'descending', bars: true },
      { title: 'Old', align: 'right' },
      { title: 'New', align: 'right' },
      { title: 'Files', align: 'right' },
      { title: 'Old version', align: 'left' },
      { title: 'New version', align: 'left' },
    ],
    rows: sorted.map(({ name, fate, files, ...component }) => [
      nameCell(name),
      { kind: 'tone', tone: fate, text: COMPONENT_WORDS[fate] },
      bytesCell(component.downloadBytes),
      bytesCell(fate === 'added' ? undefined : component.oldBytes),
      bytesCell(fate === 'removed' ? undefined : component.newBytes),
      countCell(files.added + files.removed + files.changed + files.touched),
      textCell(component.oldVersion),
      textCell(component.newVersion),
    ]),
  };
}

const FATE_TONES: Readonly<Record<LayerFate, ChangeTone>> = {
  shared: 'unchanged',
  new: 'updated',
  gone: 'removed',
};

function layerTable(layers: readonly DiffLayer[]): PageTable {
  return {
    title: 'Layers',
    note: 'From the bottom up, first those of the new image.',
    columns: [
      { title: 'Layer', align: 'right' },
      { title: 'Client', align: 'left' },
      { title: 'Components', align: 'left' },
      { title: 'Content', align: 'right' },
      { title: 'Download', align: 'right', bars: true },
      { title: 'Digest', align: 'left' },
    ],
    rows: layers.map(({ index, fate, isRecompressed, componentNames, ...layer }) => [
      countCell(index + 1),
      { kind: 'tone', tone: FATE_TONES[fate], text: isRecompressed ? `${fate}, recompressed` : fate },
      namesCell(componentNames),
      bytesCell(layer.sizeBytes),
      bytesCell(layer.compressedBytes),
      digestCell(layer.digest),
    ]),
  };
}

const FILE_TONES: Readonly<Record<DiffFile['change'], ChangeTone>> = {
  added: 'added',
  removed: 'removed',
  changed: 'updated',
  touched: 'repacked',
};

function fileTable(files: readonly DiffFile[]): PageTable {
  return {
    title: 'Files',
    note: 'Of those that are touched only mode, owner, time or extended attributes differ.',
    columns: [
      { title: 'File', align: 'left' },
      { title: 'Change', align: 'left' },
      { title: 'Component', align: 'left' },
      { title: 'Old', align: 'right' },
      { title: 'New', align: 'right' },
    ],
    rows: files.map(({ path, change, component, oldBytes, newBytes }) => [
      nameCell(path),
      { kind: 'tone', tone: FILE_TONES[change], text: change },
      nameCell(component),
      bytesCell(oldBytes),
      bytesCell(newBytes),
    ]),
  };
}
