/*
 * A page that is one file: nothing of it comes from elsewhere, and its Content-Security-Policy
 * (https://www.w3.org/TR/CSP3/) forbids that anything does, or that any style or script runs but the two written here, which
 * it knows by their hashes. The same page has the same bytes.
 */
import { createHash } from 'node:crypto';
import { renderContent, renderTable, swatch } from './html-table.ts';
import { htmlText } from './html-text.ts';
import type { Cell, Fact, Page, PageMap } from './page.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Legend } from './tones.ts';
import { bytesOf } from './treemap.ts';
import { renderTreemap } from './treemap-svg.ts';

export function renderHtmlPage({ title, subtitle, figures, facts, map, tables }: Page): string {
  return `${[
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${htmlText(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<p class="subtitle">${htmlText(subtitle)}</p>`,
    `<h1>${htmlText(title)}</h1>`,
    '</header>',
    '<main>',
    '<section>',
    `<dl class="figures">${figures.map(renderFigure).join('')}</dl>`,
    `<dl class="facts">${facts.map(renderFact).join('')}</dl>`,
    '</section>',
    ...(bytesOf(map.root) === 0 ? [] : [renderMap(map)]),
    ...tables.map(renderTable),
    '</main>',
    '<footer>layah</footer>',
    `<script>${PAGE_SCRIPT}</script>`,
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

const POLICY = [
  "default-src 'none'",
  `style-src ${hashSource(PAGE_STYLE)}`,
  `script-src ${hashSource(PAGE_SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

function renderFigure({ label, cell, remark }: Fact): string {
  const small = remark === undefined ? '' : ` <small>${htmlText(remark)}</small>`;
  return `<div><dt>${htmlText(label)}</dt><dd>${renderContent(cell)}${small}</dd></div>`;
}

/** There is room for the whole of a digest. */
function renderFact({ label, cell, remark }: Fact): string {
  const whole: Cell = cell.kind === 'digest' ? { kind: 'name', text: cell.digest } : cell;
  return renderFigure({ label, cell: whole, ...(remark !== undefined && { remark }) });
}

function renderMap(map: PageMap): string {
  return [
    '<section>',
    `<h2>${htmlText(map.title)}</h2>`,
    renderLegend(map.legend),
    `<figure class="maps">`,
    renderTreemap(map),
    '<figcaption class="readout">Areas are bytes. The tables below have the numbers.</figcaption>',
    '</figure>',
    '</section>',
  ].join('\n');
}

function renderLegend({ title, items }: Legend): string {
  const entries = items.map(({ tone, text }) => `<li>${swatch(tone)}${htmlText(text)}</li>`);
  return `<div class="legend"><span>${htmlText(title)}</span><ul>${entries.join('')}</ul></div>`;
}
