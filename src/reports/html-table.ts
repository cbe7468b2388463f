import { unreachable } from '../model/errors.ts';
import { formatBytes, formatCount, formatShare } from '../model/human-numbers.ts';
import { shortenText } from '../model/terminal-text.ts';
import { htmlText, shownText } from './html-text.ts';
import type { Cell, PageColumn, PageTable } from './page.ts';
import type { Tone } from './tones.ts';

/** A table that page-script.ts sorts by the buttons in its head. Numbers carry the value to sort by, texts are their own. */
export function renderTable({ title, note, columns, rows }: PageTable, index: number): string {
  const heading = `table-${index + 1}`;
  const shown = columns.map((column, at) => ({ ...column, largest: largestOf(rows, at) }));
  return [
    '<section>',
    `<h2 id="${heading}">${htmlText(title)} <span class="count">${formatCount(rows.length)}</span></h2>`,
    ...(note === '' ? [] : [`<p class="note">${htmlText(note)}</p>`]),
    // Keys scroll only what can have the focus.
    `<div class="scroll" role="region" aria-labelledby="${heading}" tabindex="0">`,
    `<table aria-labelledby="${heading}">`,
    `<thead><tr>${columns.map(renderHead).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => `<tr>${row.map((cell, at) => renderCell(cell, shown[at])).join('')}</tr>`),
    '</tbody>',
    '</table>',
    '</div>',
    '</section>',
  ].join('\n');
}

function renderHead({ title, align, sorted }: PageColumn): string {
  const sort = sorted === undefined ? '' : ` aria-sort="${sorted}"`;
  const className = align === 'right' ? ' class="number"' : '';
  return `<th scope="col"${className}${sort}><button type="button">${htmlText(title)}</button></th>`;
}

interface ShownColumn extends PageColumn {
  /** Of its numbers. */
  readonly largest: number;
}

function largestOf(rows: PageTable['rows'], at: number): number {
  return rows.reduce((largest, { [at]: cell }) => Math.max(largest, (cell && sortValue(cell)) ?? 0), 0);
}

function renderCell(cell: Cell, column: ShownColumn | undefined): string {
  const value = sortValue(cell);
  const key = value === undefined ? '' : ` data-value="${value}"`;
  const className = column?.align === 'right' ? ' class="number"' : ` class="${cell.kind}"`;
  const bar = column?.bars === true && value !== undefined ? renderBar(value / column.largest) : '';
  return `<td${className}${key}>${renderContent(cell)}${bar}</td>`;
}

/** @param share - of the largest; nothing is drawn when that is nothing. */
function renderBar(share: number): string {
  if (!(share > 0)) return '';
  const width = Number((share * 100).toFixed(1));
  return `<svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true"><rect x="${100 - width}" width="${width}" height="3"/></svg>`;
}

function sortValue(cell: Cell): number | undefined {
  switch (cell.kind) {
    case 'bytes':
      return cell.bytes;
    case 'count':
      return cell.count;
    case 'share':
      return cell.share;
    case 'names':
      return cell.texts.length;
    case 'text':
    case 'name':
    case 'digest':
    case 'tone':
    case 'none':
      return undefined;
    default:
      return unreachable(cell);
  }
}

/** What a cell shows. */
export function renderContent(cell: Cell): string {
  switch (cell.kind) {
    case 'text':
      return htmlText(cell.text);
    case 'name':
      return `<code>${htmlText(cell.text)}</code>`;
    case 'names':
      return renderNames(cell.texts);
    case 'digest':
      return `<code title="${htmlText(cell.digest)}">${htmlText(cell.digest.slice(0, SHOWN_DIGEST_CHARACTERS))}</code>`;
    case 'bytes':
      return `<span title="${formatCount(cell.bytes)} bytes">${formatBytes(cell.bytes)}</span>`;
    case 'count':
      return formatCount(cell.count);
    case 'share':
      return `${swatch(cell.tone)}${htmlText(formatShare(cell.share, 1))}`;
    case 'tone':
      return `${swatch(cell.tone)}${htmlText(cell.text)}`;
    case 'none':
      return '<span class="none">–</span>';
    default:
      return unreachable(cell);
  }
}

/** `sha256:` and twelve digits. */
const SHOWN_DIGEST_CHARACTERS = 19;

/** More names open on request, so that rows stay one line. */
const SHOWN_NAMES_CHARACTERS = 56;

function renderNames(texts: readonly string[]): string {
  const all = texts.map(shownText).join(', ');
  if (Array.from(all).length <= SHOWN_NAMES_CHARACTERS) return `<code>${htmlText(texts.join(', '))}</code>`;
  const items = texts.map((text) => `<li><code>${htmlText(text)}</code></li>`).join('');
  const summary = shortenText(all, SHOWN_NAMES_CHARACTERS - 3);
  return `<details><summary><code>${htmlText(summary)}</code> <span class="count">${formatCount(texts.length)}</span></summary><ul>${items}</ul></details>`;
}

/** The colour that the map has for it. */
export function swatch(tone: Tone | undefined): string {
  if (tone === undefined) return '';
  return `<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect class="${tone}" width="1" height="1"/></svg>`;
}
