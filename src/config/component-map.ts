import { en } from 'zod/locales';
import * as z from 'zod/mini';
import type { ComponentMap, MappedComponent } from '../model/component-map.ts';
import { LayahError } from '../model/errors.ts';
import { parseUpdateInterval, UPDATE_INTERVAL_FORMS } from '../model/update-interval.ts';
import { badMapLine, type MapItem, readMapItems } from './component-map-text.ts';
import type { Machine } from './machine.ts';

/**
 * `--components FILE`.
 * @throws LayahError `read-failed`, or `bad-config` with file and line.
 */
export function readComponentMap(path: string, machine: Machine): ComponentMap {
  const origin = `component map ${path}`;
  let text: string;
  try {
    text = machine.readTextFile(path);
  } catch (cause) {
    const hint = 'Name a readable file of JSON or YAML; the README says what it holds.';
    throw new LayahError({ code: 'read-failed', message: `reading ${origin}`, hint, cause });
  }
  return parseComponentMap(text, origin);
}

/** @throws LayahError `bad-config` with file and line. */
export function parseComponentMap(text: string, origin: string): ComponentMap {
  const lines = readMapItems(text, origin).map((item) => parseLine(item, origin));
  return {
    origin,
    rules: lines.map(({ lineNumber, path, component }) => ({
      lineNumber,
      pattern: path,
      componentName: component,
    })),
    components: mergeComponents(lines, origin),
  };
}

// The small zod has no messages of its own.
z.config(en());

const lineSchema = z.strictObject({
  path: z.string(),
  component: z.string(),
  interval: z.optional(z.union([z.string(), z.number()], { error: 'expected a number or a word' })),
  exclusive: z.optional(z.boolean()),
});

const KEYS = Object.keys(lineSchema.shape).join(', ');
const MAX_NAME_BYTES = 255;

interface MapLine {
  readonly lineNumber: number;
  readonly path: string;
  readonly component: string;
  /** Undefined where the line says nothing. */
  readonly updateIntervalDays: number | undefined;
  readonly exclusive: boolean | undefined;
}

function parseLine({ lineNumber, value }: MapItem, origin: string): MapLine {
  const { data, error } = lineSchema.safeParse(value);
  if (data === undefined) throw badMapLine(lineNumber, origin, schemaProblem(error));
  const { path, component, interval, exclusive } = data;
  const updateIntervalDays = interval === undefined ? undefined : parseUpdateInterval(String(interval));
  const problem =
    pathProblem(path) ??
    nameProblem(component) ??
    (interval !== undefined && updateIntervalDays === undefined
      ? `interval: ${JSON.stringify(interval)} is none of ${UPDATE_INTERVAL_FORMS}`
      : undefined);
  if (problem !== undefined) throw badMapLine(lineNumber, origin, problem);
  return { lineNumber, path, component, updateIntervalDays, exclusive };
}

function schemaProblem(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it cannot be used';
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    return `unknown key ${unknown}; there are ${KEYS}`;
  }
  const message = issue.message.replace('Invalid input: ', '').replace(', received undefined', '');
  const where = z.core.toDotPath(issue.path);
  return where === '' ? message : `${where}: ${message}`;
}

function pathProblem(path: string): string | undefined {
  const shown = `path: ${JSON.stringify(path)}`;
  if (!path.startsWith('/')) return `${shown} does not begin with a slash`;
  if (path.includes('\0')) return `${shown} holds a NUL character`;
  const isRelative = path.split('/').some((segment) => segment === '.' || segment === '..');
  return isRelative ? `${shown} holds "." or ".."` : undefined;
}

function nameProblem(component: string): string | undefined {
  const bytes = Buffer.byteLength(component);
  if (component === '') return 'component: it is empty';
  if (bytes > MAX_NAME_BYTES) return `component: it has ${bytes} bytes, more than ${MAX_NAME_BYTES}`;
  return /\p{Cc}/u.test(component)
    ? `component: ${JSON.stringify(component)} has control characters`
    : undefined;
}

function mergeComponents(lines: readonly MapLine[], origin: string): MappedComponent[] {
  const intervals = collectValues(lines, origin, { key: 'interval', of: (line) => line.updateIntervalDays });
  const exclusives = collectValues(lines, origin, { key: 'exclusive', of: (line) => line.exclusive });
  return [...new Set(lines.map(({ component }) => component))].map((name) => ({
    name,
    updateIntervalDays: intervals.get(name),
    exclusive: exclusives.get(name) ?? false,
  }));
}

interface MapKey<Value> {
  readonly key: string;
  readonly of: (line: MapLine) => Value | undefined;
}

/** By component: what one line says holds for all of its lines. */
function collectValues<Value extends number | boolean>(
  lines: readonly MapLine[],
  origin: string,
  { key, of }: MapKey<Value>,
): Map<string, Value> {
  const values = new Map<string, Value>();
  const lineNumbers = new Map<string, number>();
  for (const line of lines) {
    const { lineNumber, component } = line;
    const value = of(line);
    const before = values.get(component);
    if (value === undefined || value === before) continue;
    if (before !== undefined) {
      const where = `line ${lineNumbers.get(component)}, which says ${before} of the same component`;
      throw badMapLine(lineNumber, origin, `${key}: ${value} contradicts ${where}`);
    }
    values.set(component, value);
    lineNumbers.set(component, lineNumber);
  }
  return values;
}
