/*
 * The lines of text in a rectangle of a map. They are in it whole or shortened; where there is no room for a few
 * characters there are none. The typewriter face makes the width of a text known without the font.
 */
import { formatBytes } from '../model/human-numbers.ts';
import { shownText } from './html-text.ts';
import type { MapNode } from './page.ts';
import type { PlacedNode } from './treemap.ts';

export interface Label {
  readonly left: number;
  /** Of the baseline. */
  readonly top: number;
  readonly text: string;
  /** How many branches the name is in; undefined for a size. */
  readonly depth: number | undefined;
}

export interface TextMetrics {
  readonly fontSize: number;
  readonly lineHeight: number;
}

/** Of common typewriter faces the widest has 0.602. */
const CHARACTER_WIDTH = 0.62;
const PADDING = 5;
/** Of what is left of a name, with the mark that something is missing. */
const MIN_SHORTENED_CHARACTERS = 7;

/**
 * Of a leaf: the names of the branches that begin in its corner, its own, its size. Where lines are few, the name matters most
 * and the size least.
 */
export function labelsOf(leaf: PlacedNode, { fontSize, lineHeight }: TextMetrics): Label[] {
  const { left, top, width, height } = leaf.rectangle;
  const columns = Math.floor((width - 2 * PADDING) / (fontSize * CHARACTER_WIDTH));
  const lineCount = Math.floor((height - PADDING) / lineHeight);
  return (lineCount < 1 ? [] : fittingLines(leaf, columns).slice(-lineCount))
    .concat(sizeLine(leaf, columns))
    .slice(0, lineCount)
    .map(({ depth, text }, index) => ({
      depth,
      text,
      left: left + PADDING,
      top: top + lineHeight * (index + 0.85) + 2,
    }));
}

type Line = Pick<Label, 'depth' | 'text'>;

function fittingLines(leaf: PlacedNode, columns: number): Line[] {
  return [...leaf.ancestors.filter((branch) => hasSameCorner(branch, leaf)), leaf]
    .map(({ node, ancestors }) => ({ depth: ancestors.length, text: fitName(node, columns) }))
    .filter(({ text }) => text !== '');
}

function sizeLine({ sizeBytes }: PlacedNode, columns: number): Line[] {
  const text = formatBytes(sizeBytes);
  return text.length > columns ? [] : [{ depth: undefined, text }];
}

function hasSameCorner(branch: PlacedNode, leaf: PlacedNode): boolean {
  return branch.rectangle.left === leaf.rectangle.left && branch.rectangle.top === leaf.rectangle.top;
}

/** Empty when nothing of use fits. */
function fitName({ name, shortName }: MapNode, columns: number): string {
  const texts = [name, shortName].map(shownText);
  const whole = texts.find((text) => columnsOf(text) <= columns);
  if (whole !== undefined) return whole;
  if (columns < MIN_SHORTENED_CHARACTERS) return '';
  const characters = Array.from(texts.at(-1) ?? '');
  while (columnsOf(characters.join('')) > columns - 1) characters.pop();
  return `${characters.join('')}…`;
}

/** From Hangul on characters may have two columns; no harm is done where they have one. */
const FIRST_WIDE = 0x1100;

function columnsOf(text: string): number {
  return Array.from(text).reduce(
    (sum, character) => sum + ((character.codePointAt(0) ?? 0) >= FIRST_WIDE ? 2 : 1),
    0,
  );
}
