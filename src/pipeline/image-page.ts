/*
 * The page about an image that `layah build` made, or that `layah plan` would have made: from what the plan knows, and of
 * a built image what came out.
 */
import { describeEngine } from '../model/gzip-engine.ts';
import { formatShare } from '../model/human-numbers.ts';
import type { PlanOptions } from '../model/options.ts';
import { formatPlatform } from '../model/platform.ts';
import { formatTimestamp } from '../oci/timestamp.ts';
import {
  bytesCell,
  countCell,
  digestCell,
  nameCell,
  namesCell,
  shareCell,
  textCell,
} from '../reports/cells.ts';
import { componentNode } from '../reports/component-node.ts';
import { fileTable, type ListedFile } from '../reports/file-table.ts';
import type { Cell, Fact, MapBranch, Page, PageTable } from '../reports/page.ts';
import { RATE_LEGEND, rateTone } from '../reports/tones.ts';
import { type DescribedLayer, describeLayers } from './described-layers.ts';
import type { ImagePlan } from './plan-image.ts';
import type { BuildSummary, SourceSummary } from './run.ts';

export interface DescribedImage {
  readonly title: string;
  readonly options: PlanOptions;
  readonly plan: ImagePlan;
  /** Undefined when it was only planned. */
  readonly built: BuildSummary | undefined;
}

export function imagePage(image: DescribedImage): Page {
  const { title, plan, built } = image;
  const layers = describeLayers(plan);
  return {
    title,
    subtitle: built === undefined ? 'Plan of an image' : 'Image',
    figures: imageFigures(layers, built),
    facts: imageFacts(image),
    map: { title: 'Layers, components and big files', root: imageMap(layers), legend: RATE_LEGEND },
    tables: [
      layerTable(layers, built),
      componentTable(layers),
      fileTable('Largest files', largestFiles(layers), 'descending'),
      sourceTable(plan.sources),
    ],
  };
}

function imageFigures(layers: readonly DescribedLayer[], built: BuildSummary | undefined): Fact[] {
  const contentBytes = sumOf(layers, ({ sizeBytes }) => sizeBytes);
  const pulledBytes = built?.layerBytes ?? contentBytes;
  const weeklyBytes = sumOf(layers, (layer) => weeklyBytesOf(layer, sizeOf(layer, built)));
  return [
    { label: 'Layers', cell: countCell(layers.length) },
    { label: 'Components', cell: countCell(sumOf(layers, ({ components }) => components.length)) },
    { label: 'Files', cell: countCell(sumOf(layers, ({ fileCount }) => fileCount)) },
    { label: 'Content', cell: bytesCell(contentBytes) },
    ...(built === undefined
      ? []
      : [
          {
            label: 'Download',
            cell: bytesCell(built.layerBytes),
            remark: formatShare(built.layerBytes, contentBytes),
          },
        ]),
    {
      label: 'Pulled again each week',
      cell: bytesCell(weeklyBytes),
      remark: formatShare(weeklyBytes, pulledBytes),
    },
  ];
}

function imageFacts({ options, built }: DescribedImage): Fact[] {
  return [
    { label: 'Platform', cell: textCell(formatPlatform(options.image.platform)) },
    { label: 'Created', cell: textCell(formatTimestamp(options.createdSeconds)) },
    ...(built === undefined ? [] : builtFacts(built)),
  ];
}

function builtFacts({ manifestDigest, engine }: BuildSummary): Fact[] {
  return [
    ...(engine === undefined ? [] : [{ label: 'Gzip engine', cell: textCell(describeEngine(engine)) }]),
    { label: 'Manifest', cell: digestCell(manifestDigest) },
  ];
}

/** Files with less of the image than this are not shown by themselves. */
const MIN_FILE_SHARE = 1 / 300;

function imageMap(layers: readonly DescribedLayer[]): MapBranch {
  const minFileBytes = sumOf(layers, ({ sizeBytes }) => sizeBytes) * MIN_FILE_SHARE;
  const children = layers.map(({ number, components }): MapBranch => ({
    kind: 'branch',
    name: `layer ${number}`,
    shortName: String(number),
    children: components.map(({ name, sizeBytes, probability, files }) =>
      componentNode({
        name,
        sizeBytes,
        tone: rateTone(probability),
        bigFiles: files.filter((file) => file.sizeBytes >= minFileBytes),
      }),
    ),
  }));
  return { kind: 'branch', name: 'image', shortName: 'image', children };
}

function layerTable(layers: readonly DescribedLayer[], built: BuildSummary | undefined): PageTable {
  return {
    title: 'Layers',
    note: 'From the bottom up: what changes least comes first.',
    columns: [
      { title: 'Layer', align: 'right', sorted: 'ascending' },
      { title: 'Components', align: 'left' },
      { title: 'Files', align: 'right' },
      { title: 'Content', align: 'right', bars: true },
      ...(built === undefined ? [] : [{ title: 'Download', align: 'right' } as const]),
      { title: 'Changes/week', align: 'right' },
      { title: 'Pulled/week', align: 'right' },
      ...(built === undefined ? [] : [{ title: 'Digest', align: 'left' } as const]),
    ],
    rows: layers.map((layer) => layerRow(layer, built)),
  };
}

function layerRow(layer: DescribedLayer, built: BuildSummary | undefined): Cell[] {
  const { number, components, fileCount, sizeBytes, probability } = layer;
  const blob = built?.layers[number - 1]?.blob;
  return [
    countCell(number),
    namesCell(components.map(({ name }) => name)),
    countCell(fileCount),
    bytesCell(sizeBytes),
    ...(blob === undefined ? [] : [bytesCell(blob.sizeBytes)]),
    shareCell(probability, 1, rateTone(probability)),
    bytesCell(weeklyBytesOf(layer, sizeOf(layer, built))),
    ...(blob === undefined ? [] : [digestCell(blob.digest)]),
  ];
}

function componentTable(layers: readonly DescribedLayer[]): PageTable {
  const rows = layers
    .flatMap(({ number, components }) => components.map((component) => ({ number, component })))
    .toSorted((left, right) => right.component.sizeBytes - left.component.sizeBytes);
  return {
    title: 'Components',
    note: '',
    columns: [
      { title: 'Component', align: 'left' },
      { title: 'Layer', align: 'right' },
      { title: 'Files', align: 'right' },
      { title: 'Content', align: 'right', sorted: 'descending', bars: true },
      { title: 'Changes/week', align: 'right' },
    ],
    rows: rows.map(({ number, component: { name, fileCount, sizeBytes, probability } }) => [
      nameCell(name),
      countCell(number),
      countCell(fileCount),
      bytesCell(sizeBytes),
      shareCell(probability, 1, rateTone(probability)),
    ]),
  };
}

const SHOWN_FILES = 100;

function largestFiles(layers: readonly DescribedLayer[]): ListedFile[] {
  return layers
    .flatMap(({ number, components }) =>
      components.flatMap(({ name, files }) =>
        files.map((file) => ({ ...file, component: name, layerNumber: number })),
      ),
    )
    .toSorted((left, right) => right.sizeBytes - left.sizeBytes)
    .slice(0, SHOWN_FILES);
}

function sourceTable(sources: readonly SourceSummary[]): PageTable {
  const total = sumOf(sources, ({ sizeBytes }) => sizeBytes);
  return {
    title: 'Sources',
    note: 'Who says which files belong together.',
    columns: [
      { title: 'Source', align: 'left' },
      { title: 'Packages', align: 'right' },
      { title: 'Components', align: 'right' },
      { title: 'Files', align: 'right' },
      { title: 'Content', align: 'right', bars: true },
      { title: 'Share', align: 'right' },
    ],
    rows: sources.map(({ source, packageCount, componentCount, fileCount, sizeBytes }) => [
      nameCell(source),
      countCell(packageCount),
      countCell(componentCount),
      countCell(fileCount),
      bytesCell(sizeBytes),
      shareCell(sizeBytes, total),
    ]),
  };
}

/** What is pulled: the blob, or before there is one the content. */
function sizeOf({ number, sizeBytes }: DescribedLayer, built: BuildSummary | undefined): number {
  return built?.layers[number - 1]?.blob.sizeBytes ?? sizeBytes;
}

function weeklyBytesOf({ probability }: DescribedLayer, sizeBytes: number): number {
  return Math.round(probability * sizeBytes);
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
