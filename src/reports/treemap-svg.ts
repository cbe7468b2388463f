import { formatBytes, formatShare } from '../model/human-numbers.ts';
import { htmlText } from './html-text.ts';
import type { PageMap } from './page.ts';
import { bytesOf, gatherSmall, type PlacedNode, placeNodes, type Rectangle, type Size } from './treemap.ts';
import { type Label, labelsOf, type TextMetrics } from './treemap-labels.ts';

interface Drawing extends Size {
  /** The class that page-style.ts shows it by, on screens that it fits. */
  readonly name: string;
  readonly text: TextMetrics;
  /** What has a smaller share of the area is gathered. */
  readonly minShare: number;
}

const DRAWINGS: readonly Drawing[] = [
  { name: 'wide', width: 1120, height: 620, text: { fontSize: 12, lineHeight: 15 }, minShare: 1 / 16_000 },
  { name: 'narrow', width: 360, height: 520, text: { fontSize: 10.5, lineHeight: 13 }, minShare: 1 / 3000 },
];

/** The same map in two shapes, for screens that are wide and for those that are not. */
export function renderTreemap({ root, title, legend }: PageMap): string {
  const totalBytes = bytesOf(root);
  const notes = new Map(legend.items.map(({ tone, text }) => [tone, `${legend.title}: ${text}`]));
  const tooltip = (leaf: PlacedNode): string => {
    const names = [...leaf.ancestors, leaf].map(({ node }) => node.name).join(' › ');
    const size = `${formatBytes(leaf.sizeBytes)}, ${formatShare(leaf.sizeBytes, totalBytes)} of all`;
    const note = leaf.node.kind === 'leaf' ? notes.get(leaf.node.tone) : undefined;
    return [names, size, ...(note === undefined ? [] : [note])].map((line) => htmlText(line)).join('\n');
  };
  return DRAWINGS.map((drawing) => {
    const placed = placeNodes(gatherSmall(root, totalBytes * drawing.minShare), drawing);
    return renderDrawing(placed, drawing, { title, tooltip });
  }).join('\n');
}

interface Texts {
  readonly title: string;
  readonly tooltip: (leaf: PlacedNode) => string;
}

function renderDrawing(placed: readonly PlacedNode[], drawing: Drawing, { title, tooltip }: Texts): string {
  const { name, width, height, text } = drawing;
  const leaves = placed.filter(({ node }) => node.kind === 'leaf');
  // The thickest lines last, so that thinner ones do not cut them.
  const branches = placed
    .filter(({ node }) => node.kind === 'branch')
    .toSorted((left, right) => right.ancestors.length - left.ancestors.length);
  return [
    `<svg class="map ${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${htmlText(title)}">`,
    ...leaves.map((leaf) => renderLeaf(leaf, tooltip(leaf))),
    ...branches.map(renderBranch),
    ...leaves.flatMap((leaf) => labelsOf(leaf, text).map((label) => renderLabel(label, leaf))),
    '</svg>',
  ].join('\n');
}

function renderLeaf({ node, sizeBytes, rectangle }: PlacedNode, tooltip: string): string {
  const tone = node.kind === 'leaf' ? node.tone : '';
  return `<rect class="${tone}" data-bytes="${sizeBytes}" ${shape(rectangle)}><title>${tooltip}</title></rect>`;
}

function renderBranch({ ancestors, rectangle }: PlacedNode): string {
  return `<rect class="edge edge-${ancestors.length === 0 ? 'outer' : 'inner'}" ${shape(rectangle)}/>`;
}

function renderLabel({ depth, left, top, text }: Label, { node }: PlacedNode): string {
  const tone = node.kind === 'leaf' ? node.tone : '';
  const kind = depth === undefined ? 'size' : `depth-${depth}`;
  return `<text class="on-${tone} ${kind}" x="${place(left)}" y="${place(top)}">${htmlText(text)}</text>`;
}

/** Sizes have so many digits that the area of even the thinnest rectangle is right within a thousandth. */
function shape({ left, top, width, height }: Rectangle): string {
  return `x="${place(left)}" y="${place(top)}" width="${extent(width)}" height="${extent(height)}"`;
}

function place(coordinate: number): string {
  return String(Number(coordinate.toFixed(2)));
}

function extent(length: number): string {
  return String(Number(length.toPrecision(5)));
}
