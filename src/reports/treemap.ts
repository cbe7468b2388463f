/*
 * Where the rectangles of a map are. The area of each is its share of the bytes, exactly, so there is no room between
 * them: what looks like room is the stroke that treemap-svg.ts draws over their edges.
 */
import { hierarchy, type HierarchyRectangularNode, treemap } from 'd3-hierarchy';
import type { MapBranch, MapLeaf, MapNode } from './page.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

export interface PlacedNode {
  readonly node: MapNode;
  readonly sizeBytes: number;
  /** From the outermost below the root to the direct parent. */
  readonly ancestors: readonly PlacedNode[];
  readonly rectangle: Rectangle;
}

/** Below the root, parents before children and what is large before what is small; nothing that has no bytes. */
export function placeNodes(root: MapBranch, size: Size): PlacedNode[] {
  const visible = withoutEmpty(root);
  if (visible.children.length === 0) return [];
  const sized = hierarchy<MapNode>(visible, (node) => (node.kind === 'branch' ? node.children : undefined))
    .sum((node) => (node.kind === 'leaf' ? node.sizeBytes : 0))
    // Array.sort is stable: those of one size stay in their order.
    .sort((left, right) => (right.value ?? 0) - (left.value ?? 0));
  const laidOut = treemap<MapNode>().size([size.width, size.height])(sized);
  return (laidOut.children ?? []).flatMap((child) => flatten(child, []));
}

function withoutEmpty(branch: MapBranch): MapBranch {
  const children = branch.children
    .map((child) => (child.kind === 'branch' ? withoutEmpty(child) : child))
    .filter((child) => (child.kind === 'branch' ? child.children.length > 0 : child.sizeBytes > 0));
  return { ...branch, children };
}

function flatten(placed: HierarchyRectangularNode<MapNode>, ancestors: readonly PlacedNode[]): PlacedNode[] {
  const { x0, x1, y0, y1, data, value = 0, children = [] } = placed;
  const rectangle = { left: x0, top: y0, width: x1 - x0, height: y1 - y0 };
  const node: PlacedNode = { node: data, sizeBytes: value, ancestors, rectangle };
  return [node, ...children.flatMap((child) => flatten(child, [...ancestors, node]))];
}

/** Of siblings that are too small to be seen, one leaf for them all: as many rectangles as people can tell apart. */
export function gatherSmall(branch: MapBranch, minBytes: number): MapBranch {
  const sized = branch.children.map((child) => ({ child, sizeBytes: bytesOf(child) }));
  const small = sized.filter(({ sizeBytes }) => sizeBytes < minBytes);
  const rest = small.length < 2 ? sized : sized.filter(({ sizeBytes }) => sizeBytes >= minBytes);
  const children = rest.map(({ child }) => (child.kind === 'branch' ? gatherSmall(child, minBytes) : child));
  return { ...branch, children: small.length < 2 ? children : [...children, gather(small)] };
}

function gather(small: readonly { readonly child: MapNode; readonly sizeBytes: number }[]): MapLeaf {
  const sizeBytes = small.reduce((sum, each) => sum + each.sizeBytes, 0);
  const leaves = small.flatMap(({ child }) => leavesOf(child));
  const name = `${small.length} smaller`;
  return { kind: 'leaf', name, shortName: name, sizeBytes, tone: commonTone(leaves) };
}

/** That of most bytes. */
function commonTone(leaves: readonly MapLeaf[]): MapLeaf['tone'] {
  const bytes = new Map<MapLeaf['tone'], number>();
  for (const { tone, sizeBytes } of leaves) bytes.set(tone, (bytes.get(tone) ?? 0) + sizeBytes);
  const [largest] = [...bytes].toSorted(([, left], [, right]) => right - left);
  return largest?.[0] ?? 'unchanged';
}

function leavesOf(node: MapNode): MapLeaf[] {
  return node.kind === 'leaf' ? [node] : node.children.flatMap(leavesOf);
}

export function bytesOf(node: MapNode): number {
  return leavesOf(node).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
