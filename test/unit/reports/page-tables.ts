import { unreachable } from '../../../src/model/errors.ts';
import type { Cell, Fact, MapNode, Page, PageTable } from '../../../src/reports/page.ts';

/** What a cell is about, without how it is shown. */
export function plainCell(cell: Cell): string | number | readonly string[] | undefined {
  switch (cell.kind) {
    case 'text':
    case 'name':
    case 'tone':
      return cell.text;
    case 'names':
      return cell.texts;
    case 'digest':
      return cell.digest;
    case 'bytes':
      return cell.bytes;
    case 'count':
      return cell.count;
    case 'share':
      return cell.share;
    case 'none':
      return undefined;
    default:
      return unreachable(cell);
  }
}

export function tableNamed(page: Page, title: string): PageTable {
  const table = page.tables.find((each) => each.title === title);
  if (table === undefined) throw new Error(`no table ${title}`);
  return table;
}

/** Rows as objects, by the titles of the columns. */
export function plainRows({ columns, rows }: PageTable): Record<string, ReturnType<typeof plainCell>>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ title }, at) => [title, plainCell(row[at] ?? { kind: 'none' })])),
  );
}

export function plainFacts(facts: readonly Fact[]): Record<string, ReturnType<typeof plainCell>> {
  return Object.fromEntries(facts.map(({ label, cell }) => [label, plainCell(cell)]));
}

/** `layer 1 > dpkg/bash: 10 rate-1` for each leaf. */
export function leafLines(node: MapNode, names: readonly string[] = []): string[] {
  if (node.kind === 'leaf') {
    return [`${[...names, node.name].join(' > ')}: ${node.sizeBytes} ${node.tone}`];
  }
  return node.children.flatMap((child) => leafLines(child, [...names, node.name]));
}
