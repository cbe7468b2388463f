import { usageError } from './usage-error.ts';

/** One `--label` or `--annotation`. */
export type KeyValueEdit =
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'clear' };

/**
 * `K=V` sets, `K-` removes, `-` removes all. A value may hold `=`; a key may end in `-` only in the first form.
 * @throws LayahError `usage`
 */
export function parseKeyValueEdit(flag: string, text: string): KeyValueEdit {
  if (text === '-') return { kind: 'clear' };
  const equals = text.indexOf('=');
  if (equals > 0) return { kind: 'set', key: text.slice(0, equals), value: text.slice(equals + 1) };
  if (equals < 0 && text.length > 1 && text.endsWith('-')) return { kind: 'remove', key: text.slice(0, -1) };
  throw usageError(
    `${flag}: ${JSON.stringify(text)} is neither KEY=VALUE, nor KEY- to remove one, nor - to remove all`,
    equals < 0 && text !== '' ? `Write ${text}= for an empty value.` : undefined,
  );
}

/** The edits in the order given; keys that were there keep their place. A key called `__proto__` is one like any other. */
export function applyKeyValueEdits(
  values: Readonly<Record<string, string>>,
  edits: readonly KeyValueEdit[],
): Record<string, string> {
  const result = new Map(Object.entries(values));
  for (const edit of edits) {
    switch (edit.kind) {
      case 'set':
        result.set(edit.key, edit.value);
        break;
      case 'remove':
        result.delete(edit.key);
        break;
      case 'clear':
        result.clear();
        break;
    }
  }
  return Object.fromEntries(result);
}
