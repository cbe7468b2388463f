import { printableText } from '../model/terminal-text.ts';

/** Nothing is said of a field without values. */
export type Field = readonly [name: string, values: readonly string[]];

/** A line a value, the names in a column of their own. */
export function fieldLines(fields: readonly Field[]): string[] {
  const width = Math.max(...fields.map(([name, values]) => (values.length === 0 ? 0 : name.length)));
  return fields.flatMap(([name, values]) =>
    values.map((value, index) => printableText(`${(index === 0 ? name : '').padEnd(width)}  ${value}`)),
  );
}
