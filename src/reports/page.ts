/*
 * An HTML page before it is written: pure data. Every text in it is shown as it is, so that names of files have to be made
 * text first (displayPath); whatever it holds, it never becomes markup.
 */
import type { Legend, Tone } from './tones.ts';

export interface Page {
  readonly title: string;
  /** What stands below the title: what kind of page this is. */
  readonly subtitle: string;
  /** The numbers that matter most, in large type. */
  readonly figures: readonly Fact[];
  readonly facts: readonly Fact[];
  /** What has no bytes is not in it; without any there is no map. */
  readonly map: PageMap;
  readonly tables: readonly PageTable[];
}

export interface Fact {
  readonly label: string;
  readonly cell: Cell;
  /** What the number means, in small type behind it. */
  readonly remark?: string;
}

export interface PageMap {
  readonly title: string;
  readonly root: MapBranch;
  readonly legend: Legend;
}

/** What areas of the map stand for. A branch has what its leaves have together. */
export type MapNode = MapBranch | MapLeaf;

interface MapName {
  readonly name: string;
  /** For rectangles that the name does not fit into. */
  readonly shortName: string;
}

export interface MapBranch extends MapName {
  readonly kind: 'branch';
  readonly children: readonly MapNode[];
}

export interface MapLeaf extends MapName {
  readonly kind: 'leaf';
  readonly sizeBytes: number;
  readonly tone: Tone;
}

export interface PageTable {
  readonly title: string;
  /** What to know about it, one sentence; may be empty. */
  readonly note: string;
  readonly columns: readonly PageColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface PageColumn {
  readonly title: string;
  /** Numbers are on the right, and the largest comes first when one sorts by them. */
  readonly align: 'left' | 'right';
  /** How the rows are sorted as they are; at most one column has it. */
  readonly sorted?: 'ascending' | 'descending';
  /** Bars below the numbers compare them. */
  readonly bars?: boolean;
}

export type Cell =
  | { readonly kind: 'text'; readonly text: string }
  /** A path, a component or another name: in a typewriter face, broken anywhere. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'names'; readonly texts: readonly string[] }
  /** In a table only its beginning is shown. */
  | { readonly kind: 'digest'; readonly digest: string }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'count'; readonly count: number }
  /** From 0 to 1, shown as per cent with the colour of the map. */
  | { readonly kind: 'share'; readonly share: number; readonly tone?: Tone }
  | { readonly kind: 'tone'; readonly tone: Tone; readonly text: string }
  | { readonly kind: 'none' };
