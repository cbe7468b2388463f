/**
 * Text that may hold names from a root filesystem or an image, made safe to print: control characters (but line
 * breaks) and the marks that turn the direction of text are shown as \xNN or \uNNNN.
 */
export function printableText(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => {
      const code = character.charCodeAt(0);
      return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
    },
  );
}

/** The same for a name within a line, where a line break is no better. */
export function printableLine(text: string): string {
  return printableText(text).replaceAll('\n', '\\x0a');
}

/** At most `columns` characters; what is cut is replaced by `...`. */
export function shortenText(text: string, columns: number): string {
  const characters = Array.from(text);
  if (characters.length <= columns) return text;
  return `${characters.slice(0, Math.max(columns - 3, 0)).join('')}...`;
}
