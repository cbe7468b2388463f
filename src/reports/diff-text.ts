/*
 * The report of `layah diff` for people.
 */
import { formatBytes, formatNoun } from '../model/human-numbers.ts';
import {
  type DiffFile,
  type DiffReport,
  type DiffSide,
  LAYER_FATES,
  type LayerTotals,
} from '../model/diff-report.ts';
import { formatPlatform } from '../model/platform.ts';
import {
  changedComponents,
  COMPONENT_WORDS,
  describeChunks,
  describeContentDefined,
  describeDownload,
  describeVersions,
} from './diff-words.ts';
import { type Column, renderTable } from './table.ts';

/** Lines that are safe to print. @param columns width of the terminal. */
export function renderDiffText(report: DiffReport, columns: number): string[] {
  const chunks = describeChunks(report);
  const contentDefined = describeContentDefined(report);
  return [
    ...renderTable(SIDE_COLUMNS, [sideCells('old', report.old), sideCells('new', report.new)], columns),
    '',
    ...renderTable(
      TOTAL_COLUMNS,
      LAYER_FATES.map((fate) => totalCells(fate, report.totals[fate])),
      columns,
    ),
    '',
    `a client that has the old image ${describeDownload(report)}`,
    ...(chunks === undefined ? [] : [`one that re-uses chunks needs ${chunks}`]),
    ...(contentDefined === undefined ? [] : [`a chunk store needs ${contentDefined}`]),
    ...recompressedLine(report),
    ...componentLines(report, columns),
    ...(report.files === undefined ? [] : fileLines(report.files, columns)),
  ];
}

const SIDE_COLUMNS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'image', align: 'left', flexible: true },
  { title: 'platform', align: 'left' },
  { title: 'layers', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'compressed', align: 'right' },
];

function sideCells(name: string, side: DiffSide): string[] {
  return [
    name,
    side.location,
    formatPlatform(side.platform),
    String(side.layerCount),
    formatBytes(side.sizeBytes),
    formatBytes(side.compressedBytes),
  ];
}

const TOTAL_COLUMNS: readonly Column[] = [
  { title: 'layers', align: 'left' },
  { title: 'number', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'compressed', align: 'right' },
];

function totalCells(name: string, totals: LayerTotals): string[] {
  const { layerCount, sizeBytes, compressedBytes } = totals;
  return [name, String(layerCount), formatBytes(sizeBytes), formatBytes(compressedBytes)];
}

function recompressedLine({ layers }: DiffReport): string[] {
  const count = layers.filter(({ fate, isRecompressed }) => fate === 'new' && isRecompressed).length;
  if (count === 0) return [];
  return [
    `${formatNoun(count, 'new layer')} of the same content as an old one, compressed in another way: downloaded all the same`,
  ];
}

const COMPONENT_COLUMNS: readonly Column[] = [
  { title: 'component', align: 'left', flexible: true },
  { title: 'change', align: 'left' },
  { title: 'version', align: 'left' },
  { title: 'size', align: 'right' },
  { title: 'downloaded', align: 'right' },
];

function componentLines(report: DiffReport, columns: number): string[] {
  const changed = changedComponents(report);
  const unchanged = report.components.length - changed.length;
  const rows = changed.map((component) => [
    component.name,
    COMPONENT_WORDS[component.fate],
    describeVersions(component),
    formatBytes(component.fate === 'removed' ? component.oldBytes : component.newBytes),
    formatBytes(component.downloadBytes),
  ]);
  return [
    ...(rows.length === 0 ? [] : ['', ...renderTable(COMPONENT_COLUMNS, rows, columns)]),
    '',
    `${formatNoun(unchanged, 'component')} unchanged, in shared layers`,
  ];
}

const FILE_COLUMNS: readonly Column[] = [
  { title: 'file', align: 'left', flexible: true },
  { title: 'change', align: 'left' },
  { title: 'old', align: 'right' },
  { title: 'new', align: 'right' },
  { title: 'component', align: 'left' },
];

function fileLines(files: readonly DiffFile[], columns: number): string[] {
  if (files.length === 0) return ['', 'no file differs'];
  const rows = files.map(({ path, change, oldBytes, newBytes, component }) => [
    path,
    change,
    oldBytes === undefined ? '-' : formatBytes(oldBytes),
    newBytes === undefined ? '-' : formatBytes(newBytes),
    component ?? '-',
  ]);
  return ['', ...renderTable(FILE_COLUMNS, rows, columns)];
}
