import { LayahError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import { findJsonSyntaxError } from './json-syntax.ts';

/** How much of a long line is quoted on either side of the problem, in characters. */
const EXCERPT_CHARACTERS = 40;

const CONFIG_HINT = 'Pass the output of "podman inspect IMAGE" or "docker inspect IMAGE" as it is.';

/**
 * @param source where the text came from, for the error.
 * @throws LayahError `bad-config` with line, column and the offending line.
 */
export function parseJsonText(text: string, source: string, hint = CONFIG_HINT): JsonValue {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (json.trim() === '') {
    throw new LayahError({
      code: 'bad-config',
      message: `${source} is empty`,
      hint: 'Look at what the program that should have written it printed.',
    });
  }
  const error = findJsonSyntaxError(json);
  if (error === undefined) return JSON.parse(json);
  const { line, column, excerpt } = locate(json, error.offset);
  throw new LayahError({
    code: 'bad-config',
    message: `${source} is not valid JSON: line ${line}, column ${column}: ${error.problem}\n${excerpt}`,
    hint,
  });
}

/** Lines and columns count from 1; the excerpt is the line, cut when long, and a caret below the place. */
function locate(text: string, problemOffset: number): { line: number; column: number; excerpt: string } {
  const offset = Math.min(problemOffset, text.trimEnd().length);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const before = Array.from(text.slice(lineStart, offset));
  const after = Array.from(text.slice(offset, lineEnd < 0 ? undefined : lineEnd).trimEnd());
  const left =
    (before.length > EXCERPT_CHARACTERS ? '...' : '') + printable(before.slice(-EXCERPT_CHARACTERS));
  const right =
    printable(after.slice(0, EXCERPT_CHARACTERS)) + (after.length > EXCERPT_CHARACTERS ? '...' : '');
  return {
    line: text.slice(0, offset).split('\n').length,
    column: before.length + 1,
    excerpt: `  ${left}${right}\n  ${' '.repeat(Array.from(left).length)}^`,
  };
}

/** Tabs and control characters would move the caret or the terminal's cursor. */
function printable(characters: readonly string[]): string {
  return characters.join('').replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
