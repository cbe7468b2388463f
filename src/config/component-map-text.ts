import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { LayahError } from '../model/errors.ts';
import { findArrayItems, findJsonSyntaxError } from './json-syntax.ts';
import { parseJsonText } from './json-text.ts';

/** One item of a map file, of any shape yet. */
export interface MapItem {
  /** Where it begins, counted from 1. */
  readonly lineNumber: number;
  readonly value: unknown;
}

/**
 * The items of a JSON array, of JSON objects one a line, or of a YAML list: `[` or `{` at the beginning tells the
 * first two. An empty text has no items.
 * @param origin - the file, for errors.
 * @throws LayahError `bad-config` with the line.
 */
export function readMapItems(text: string, origin: string): MapItem[] {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  const [first] = content.trimStart();
  if (first === '[') return readJsonArray(content, origin);
  if (first === '{') return readJsonLines(content, origin);
  return readYamlList(content, origin);
}

/** Where in the file, counted from 1, a problem is. */
export function badMapLine(lineNumber: number, origin: string, problem: string): LayahError {
  return new LayahError({
    code: 'bad-config',
    message: `line ${lineNumber} of ${origin}: ${problem}`,
    hint: 'A line is for example {"path": "/opt/app/**", "component": "app", "interval": "weekly", "exclusive": true}.',
  });
}

const JSON_HINT = 'Write a JSON array, one JSON object a line, or a YAML list with "- " before each item.';

function readJsonArray(text: string, origin: string): MapItem[] {
  const values: unknown = parseJsonText(text, origin, JSON_HINT);
  const items: readonly unknown[] = Array.isArray(values) ? values : [];
  const lines = lineNumbersAt(text, findArrayItems(text));
  return items.map((value, index) => ({ lineNumber: lines[index] ?? 1, value }));
}

function readJsonLines(text: string, origin: string): MapItem[] {
  return text.split('\n').flatMap((line, index): MapItem[] => {
    if (line.trim() === '') return [];
    // The blank lines are there so that the error names the right line.
    const located = findJsonSyntaxError(line) === undefined ? line : '\n'.repeat(index) + line;
    return [{ lineNumber: index + 1, value: parseJsonText(located, origin, JSON_HINT) }];
  });
}

/** Nesting takes columns, and more than this many levels end the process in the parser. */
const MAX_YAML_LINE_CHARACTERS = 16 * 1024;

/** YAML 1.2, core schema: only `true` and `false` are truth values, and nothing is a date. */
function readYamlList(text: string, origin: string): MapItem[] {
  const longLine = text.split('\n').findIndex((line) => line.length > MAX_YAML_LINE_CHARACTERS);
  if (longLine >= 0) {
    throw badMapLine(longLine + 1, origin, `it has more than ${MAX_YAML_LINE_CHARACTERS} characters`);
  }
  const { isNode, isScalar, isSeq, LineCounter, parseDocument } = loadYaml();
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): number => Math.max(lineCounter.linePos(offset).line, 1);
  const document = parseDocument(text, { schema: 'core', lineCounter, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const what = problem.code === 'MULTIPLE_DOCS' ? 'Another document begins' : problem.message;
    throw badMapLine(lineAt(problem.pos[0]), origin, `it is not valid YAML: ${what}`);
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isSeq(contents)) throw badMapLine(lineAt(contents.range[0]), origin, 'it is not a list');
  const values: unknown = plainValue(() => document.toJS(), origin);
  const items: readonly unknown[] = Array.isArray(values) ? values : [];
  return items.map((value, index) => {
    const node = contents.items[index];
    return { lineNumber: lineAt(isNode(node) ? (node.range?.[0] ?? 0) : 0), value };
  });
}

/** Few runs read YAML, and loading the library costs as much as a small build. */
function loadYaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml');
}

/** Aliases of aliases could make gigabytes out of a few lines; the library counts them. */
function plainValue(convert: () => unknown, origin: string): unknown {
  try {
    return convert();
  } catch (cause) {
    throw new LayahError({ code: 'bad-config', message: `reading ${origin}`, cause });
  }
}

/** @param offsets - ascending. */
function lineNumbersAt(text: string, offsets: readonly number[]): number[] {
  let line = 1;
  let newline = text.indexOf('\n');
  return offsets.map((offset) => {
    for (; newline >= 0 && newline < offset; newline = text.indexOf('\n', newline + 1)) line++;
    return line;
  });
}
