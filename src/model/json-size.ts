const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x2c, 0x5b, 0x7b]);

/**
 * Whether JSON has more values than `maxValues`, roughly: it counts commas and opening brackets outside of strings.
 * A parser makes fifty bytes of `{},`, so it is asked before the parser is.
 */
export function hasMoreValues(json: Uint8Array, maxValues: number): boolean {
  if (json.length <= maxValues) return false;
  let count = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte) && ++count > maxValues) return true;
  }
  return false;
}
