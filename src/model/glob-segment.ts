import { unreachable } from './errors.ts';

/** Whether a name of a path matches. */
export type MatchName = (name: string) => boolean;

/**
 * One segment of a glob: `*` is any characters, `?` one, `[a-z]` one of a class (`[!a-z]` none of it), a backslash makes
 * the next character ordinary. A class that is not closed is ordinary characters, and so are braces. A leading dot is
 * a character like any other. Takes time in proportion to the lengths of name and segment at worst, whatever they hold:
 * names come from trees that nobody trusts.
 */
export function compileGlobSegment(segment: string): MatchName {
  const tokens = tokenise(segment);
  const firstWild = tokens.findIndex(({ kind }) => kind !== 'literal');
  if (firstWild < 0) {
    const literal = literalText(tokens);
    return (name) => name === literal;
  }
  const prefix = literalText(tokens.slice(0, firstWild));
  const suffix = literalText(tokens.slice(tokens.findLastIndex(({ kind }) => kind !== 'literal') + 1));
  return (name) =>
    name.startsWith(prefix) && name.endsWith(suffix) && matchTokens(tokens, splitCharacters(name));
}

/** Whether a segment matches nothing but itself. */
export function isLiteralSegment(segment: string): boolean {
  return !/[*?[\\]/.test(segment);
}

type Token =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'any' | 'star' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly CharacterRange[] };

interface CharacterRange {
  readonly first: string;
  readonly last: string;
}

function tokenise(segment: string): Token[] {
  const characters = Array.from(segment);
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length;) {
    const character = characters[at] ?? '';
    const end = character === '[' ? classEnd(characters, at) : undefined;
    if (end !== undefined) {
      tokens.push(readClass(characters.slice(at + 1, end)));
      at = end + 1;
    } else if (character === '\\' && at + 1 < characters.length) {
      tokens.push({ kind: 'literal', character: characters[at + 1] ?? '' });
      at += 2;
    } else {
      tokens.push(readToken(character));
      at++;
    }
  }
  return tokens;
}

function readToken(character: string): Token {
  if (character === '*') return { kind: 'star' };
  if (character === '?') return { kind: 'any' };
  return { kind: 'literal', character };
}

/** A bracket that comes first is a member of the class. */
function classEnd(characters: readonly string[], start: number): number | undefined {
  const first = characters[start + 1] === '!' || characters[start + 1] === '^' ? start + 2 : start + 1;
  const end = characters.indexOf(']', first + 1);
  return end < 0 ? undefined : end;
}

function readClass(characters: readonly string[]): Token {
  const negated = characters[0] === '!' || characters[0] === '^';
  const members = negated ? characters.slice(1) : characters;
  const ranges: CharacterRange[] = [];
  for (let at = 0; at < members.length;) {
    const first = members[at] ?? '';
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push({ first, last: isRange ? (members[at + 2] ?? '') : first });
    at += isRange ? 3 : 1;
  }
  return { kind: 'class', negated, ranges };
}

function literalText(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.kind === 'literal' ? token.character : '')).join('');
}

/** Only code points beyond U+FFFF are two units of a string. */
function splitCharacters(name: string): ArrayLike<string> {
  return /[\ud800-\udfff]/.test(name) ? Array.from(name) : name;
}

/** Greedy: when a later token fails, only the last star takes one character more. */
function matchTokens(tokens: readonly Token[], characters: ArrayLike<string>): boolean {
  let token = 0;
  let starToken = -1;
  let starAt = 0;
  for (let at = 0; at < characters.length;) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      starToken = token++;
      starAt = at;
    } else if (current !== undefined && matchesOne(current, characters[at] ?? '')) {
      token++;
      at++;
    } else {
      if (starToken < 0) return false;
      token = starToken + 1;
      at = ++starAt;
    }
  }
  while (tokens[token]?.kind === 'star') token++;
  return token === tokens.length;
}

function matchesOne(token: Token, character: string): boolean {
  switch (token.kind) {
    case 'literal':
      return token.character === character;
    case 'any':
    case 'star':
      return true;
    case 'class':
      return token.ranges.some(({ first, last }) => isBetween(character, first, last)) !== token.negated;
    default:
      return unreachable(token);
  }
}

function isBetween(character: string, first: string, last: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (first.codePointAt(0) ?? 0) <= code && code <= (last.codePointAt(0) ?? 0);
}
