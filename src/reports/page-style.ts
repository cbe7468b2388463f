import type { Tone } from './tones.ts';

/*
 * The look of a page, in light and dark. The colours of the map differ in lightness first and go from blue to orange, so that
 * they are told apart without red and green, and in grey; text on each of them has a contrast of 4.5 or more (WCAG 1.4.3).
 */

const LIGHT = `
  --page: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1a2129; --soft: #56616e; --accent: #0b5cad;
  --stripe: #f5f8fb; --bar: #7fb0dc;
  --rate-1: #dce8f4; --rate-2: #a9cbe8; --rate-3: #f2c879; --rate-4: #e4803a; --rate-5: #8c2508;
  --rate-unknown: #d9dde2; --unchanged: #e3e7ec; --repacked: #f4dc8b; --updated: #e4803a; --added: #6cabe0;
  --removed: #8d97a3; --estargz: #a9cbe8; --gzip: #f2c879; --zstd: #e4803a; --plain: #d9dde2;
  --on-light: #10161d; --on-strong: #ffffff;`;

const DARK = `
  --page: #11151a; --card: #191f26; --line: #313a45; --text: #e4e9ef; --soft: #9aa7b5; --accent: #7db7f0;
  --stripe: #1f2730; --bar: #3f78ad;
  --rate-1: #24364a; --rate-2: #2f5f8f; --rate-3: #b07a2e; --rate-4: #ec9a4c; --rate-5: #ffd194;
  --rate-unknown: #39424d; --unchanged: #303943; --repacked: #b79a45; --updated: #ec9a4c; --added: #5a9fdb;
  --removed: #6d7885; --estargz: #2f5f8f; --gzip: #b07a2e; --zstd: #ec9a4c; --plain: #39424d;
  --on-light: #0c1116; --on-strong: #f2f6fa;`;

const TONES: readonly Tone[] = [
  'rate-1',
  'rate-2',
  'rate-3',
  'rate-4',
  'rate-5',
  'rate-unknown',
  'unchanged',
  'repacked',
  'updated',
  'added',
  'removed',
  'estargz',
  'gzip',
  'zstd',
  'plain',
];

export const PAGE_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 74rem; padding: 1.5rem 1.25rem 3rem; background: var(--page); color: var(--text);
  font: 0.9375rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.86em;
  overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.5rem; font-size: 1.05rem; font-weight: 650; }
.subtitle { margin: 0 0 0.15rem; color: var(--soft); font-size: 0.8125rem; }
.note { margin: -0.25rem 0 0.6rem; color: var(--soft); font-size: 0.8125rem; }
.count { color: var(--soft); font-weight: 400; font-size: 0.8125rem; }
section { margin: 1.25rem 0 0; padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 0.6rem; }
dl, dd { margin: 0; }
dt { color: var(--soft); font-size: 0.8125rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 0.75rem 1.5rem; }
.figures dd { font-size: 1.4rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures small { color: var(--soft); font-size: 0.8125rem; font-weight: 400; white-space: nowrap; }
.facts { margin-top: 0.9rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
.facts div { display: flex; gap: 0 1rem; }
.facts dt { flex: 0 0 6.5rem; }
.facts dd { font-size: 0.8125rem; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin-bottom: 0.7rem; color: var(--soft);
  font-size: 0.8125rem; }
.legend ul { display: contents; }
.legend li { list-style: none; }
.swatch { outline: 1px solid var(--line); width: 0.75em; height: 0.75em; margin-right: 0.4em; border-radius: 0.15em; }
.maps { margin: 0; }
.map { display: block; width: 100%; height: auto; border-radius: 0.3rem; }
.map rect { stroke: var(--card); stroke-width: 0.8px; }
.map rect:hover { stroke: var(--text); stroke-width: 2px; }
.map .edge { fill: none; stroke-width: 1.6px; pointer-events: none; }
.map .edge-outer { stroke-width: 3.5px; }
.map text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  pointer-events: none; }
.map.narrow text { font-size: 10.5px; }
.map .depth-1 { font-weight: 700; }
.narrow { display: none; }
.readout { margin-top: 0.6rem; min-height: 1.5em; color: var(--soft); font-size: 0.8125rem; overflow-wrap: anywhere; }
.scroll { overflow: auto; max-height: 32rem; margin: 0 -1rem -1rem; border-top: 1px solid var(--line);
  border-radius: 0 0 0.6rem 0.6rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
th { position: sticky; top: 0; z-index: 1; padding: 0; background: var(--card); box-shadow: 0 1px 0 var(--line);
  text-align: left; white-space: nowrap; }
td { padding: 0.3rem 0.75rem; border-top: 1px solid var(--line); vertical-align: top; }
tbody tr:first-child td { border-top: 0; }
td:first-child, th:first-child button { padding-left: 1rem; }
td:last-child, th:last-child button { padding-right: 1rem; }
tbody tr:hover { background: var(--stripe); }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.bar { display: block; width: 100%; min-width: 3.5rem; height: 3px; margin: 0.1rem 0 0.15rem; }
.bar rect { fill: var(--bar); }
.name, .names { min-width: 11rem; }
.tone, .text { white-space: nowrap; }
.digest { white-space: nowrap; }
th button { all: unset; box-sizing: border-box; width: 100%; padding: 0.4rem 0.75rem; color: var(--soft); cursor: pointer;
  font-size: 0.8125rem; font-weight: 600; }
th button:hover, th[aria-sort] button { color: var(--text); }
/* The empty text after the slash is what is read aloud. */
th button::after { content: '\\2195'; content: '\\2195' / ''; margin-left: 0.35em; opacity: 0.35; }
th[aria-sort='ascending'] button::after { content: '\\2191'; content: '\\2191' / ''; opacity: 1; }
th[aria-sort='descending'] button::after { content: '\\2193'; content: '\\2193' / ''; opacity: 1; }
:focus-visible, th button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.none { color: var(--soft); }
summary { cursor: pointer; }
details ul { columns: 15rem; margin: 0.3rem 0; padding-left: 1.2rem; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: 0.8125rem; }
${TONES.map((tone) => `.${tone} { fill: var(--${tone}); } .on-${tone} { fill: var(--on-light); }`).join('\n')}
.on-rate-5 { fill: var(--on-strong); }
@media (prefers-color-scheme: dark) {
  .on-rate-1, .on-rate-2, .on-rate-unknown, .on-unchanged, .on-estargz, .on-plain { fill: var(--on-strong); }
  .on-rate-5 { fill: var(--on-light); }
}
@media (max-width: 45rem) {
  body { padding: 1rem 0.75rem 2rem; }
  h1 { font-size: 1.3rem; }
  section { padding: 0.75rem; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures dd { font-size: 1.2rem; }
  .facts dt { flex-basis: 5.5rem; }
  .scroll { margin: 0 -0.75rem -0.75rem; }
  .wide { display: none; }
  .narrow { display: block; }
}
@media print { .scroll { max-height: none; } section { break-inside: avoid; } }
`;
