/*
 * The report of `layah diff` as GitHub Flavored Markdown, for a comment on a pull request.
 */
import { formatBytes, formatNoun } from '../model/human-numbers.ts';
import { type DiffReport, LAYER_FATES } from '../model/diff-report.ts';
import { printableText } from '../model/terminal-text.ts';
import {
  changedComponents,
  COMPONENT_WORDS,
  describeChunks,
  describeContentDefined,
  describeDownload,
  describeVersions,
} from './diff-words.ts';

/** GitHub takes comments of up to 65,536 characters. */
const MAX_ROWS = 200;

export function renderDiffMarkdown(report: DiffReport): string {
  const chunks = describeChunks(report);
  const contentDefined = describeContentDefined(report);
  const lines = [
    `**Updating ${code(report.old.location)} to ${code(report.new.location)} ${describeDownload(report)}.**`,
    ...(chunks === undefined ? [] : ['', `A client that re-uses chunks needs ${chunks}.`]),
    ...(contentDefined === undefined ? [] : ['', `A chunk store needs ${contentDefined}.`]),
    '',
    ...table(['layers', 'number', 'size', 'compressed'], layerRows(report)),
    '',
    ...componentSection(report),
    ...fileSection(report),
  ];
  return `${lines.join('\n')}\n`;
}

function layerRows({ totals }: DiffReport): string[][] {
  return LAYER_FATES.map((fate) => {
    const { layerCount, sizeBytes, compressedBytes } = totals[fate];
    return [fate, String(layerCount), formatBytes(sizeBytes), formatBytes(compressedBytes)];
  });
}

function componentSection(report: DiffReport): string[] {
  const changed = changedComponents(report);
  const rows = changed.map((component) => [
    code(component.name),
    COMPONENT_WORDS[component.fate],
    escape(describeVersions(component)),
    formatBytes(component.fate === 'removed' ? component.oldBytes : component.newBytes),
    formatBytes(component.downloadBytes),
  ]);
  const unchanged = `${formatNoun(report.components.length - changed.length, 'component')} unchanged`;
  if (rows.length === 0) return [`${unchanged}.`];
  const title = `${formatNoun(rows.length, 'component')} changed or repacked, ${unchanged}`;
  return details(title, ['component', 'change', 'version', 'size', 'downloaded'], rows);
}

function fileSection({ files }: DiffReport): string[] {
  if (files === undefined) return [];
  const rows = files.map(({ path, change, oldBytes, newBytes }) => [
    code(path),
    change,
    oldBytes === undefined ? '' : formatBytes(oldBytes),
    newBytes === undefined ? '' : formatBytes(newBytes),
  ]);
  if (rows.length === 0) return ['', 'No file differs.'];
  const title = `${formatNoun(rows.length, 'file')} added, removed, changed or touched`;
  return ['', ...details(title, ['file', 'change', 'old', 'new'], rows)];
}

function details(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const more = rows.length - MAX_ROWS;
  return [
    `<details><summary>${title}</summary>`,
    '',
    ...table(head, rows.slice(0, MAX_ROWS)),
    ...(more > 0 ? ['', `and ${more} more`] : []),
    '',
    '</details>',
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** A code span; in a table even there a pipe ends the cell, and a backtick would end the span. */
function code(text: string): string {
  const safe = printableText(text).replaceAll('\n', ' ').replaceAll('|', '\\|');
  const fence = '`'.repeat(longestRun(safe) + 1);
  const padding = safe.startsWith('`') || safe.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${safe}${padding}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

function escape(text: string): string {
  return printableText(text).replace(/[\\`*_{}[\]<>#|~&]/g, String.raw`\$&`);
}
