import { encodeComponentNames } from '../model/annotations.ts';
import { compareByteOrder } from '../model/byte-order.ts';
import { editDistance } from '../model/edit-distance.ts';
import { LayahError } from '../model/errors.ts';

export interface ExclusiveComponents {
  readonly names: ReadonlySet<string>;
  /** Of requests that no component answers to, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * The components that were asked for with `--exclusive`: by their whole name, as it is or as the annotation writes it,
 * or without the source where only one component is called so.
 * @throws LayahError `usage` for a name without its source that several components have.
 */
export function findExclusive(
  componentNames: readonly string[],
  requested: readonly string[],
): ExclusiveComponents {
  const names = new Set<string>();
  const warnings: string[] = [];
  // Most builds ask for nothing, and a tree may have a hundred thousand components.
  if (requested.length === 0) return { names, warnings };
  const index = indexNames(componentNames);
  for (const request of requested) {
    const found = index.whole.get(request) ?? onlyOne(index.bare.get(request) ?? [], request);
    if (found === undefined) warnings.push(notFound(request, componentNames));
    else names.add(found);
  }
  return { names, warnings };
}

interface NameIndex {
  readonly whole: ReadonlyMap<string, string>;
  /** Without the source. */
  readonly bare: ReadonlyMap<string, readonly string[]>;
}

function indexNames(componentNames: readonly string[]): NameIndex {
  const whole = new Map<string, string>();
  const bare = new Map<string, string[]>();
  for (const name of componentNames) {
    whole.set(encodeComponentNames([name]), name);
    const key = withoutSource(name);
    const group = bare.get(key);
    if (group === undefined) bare.set(key, [name]);
    else group.push(name);
  }
  // A name that looks like the encoding of another means itself.
  for (const name of componentNames) whole.set(name, name);
  return { whole, bare };
}

function withoutSource(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

function onlyOne(names: readonly string[], request: string): string | undefined {
  if (names.length <= 1) return names[0];
  throw new LayahError({
    code: 'usage',
    message: `--exclusive: ${JSON.stringify(request)} may be ${names.toSorted(compareByteOrder).join(' or ')}`,
    hint: 'Write the name with its source.',
  });
}

const MAX_SUGGESTIONS = 3;
const MAX_EDITS = 2;

function notFound(request: string, componentNames: readonly string[]): string {
  const similar = componentNames
    .map((name) => ({ name, distance: distanceBetween(request, name) }))
    .filter(({ distance }) => distance <= MAX_EDITS)
    .sort((left, right) => left.distance - right.distance || compareByteOrder(left.name, right.name))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
  const suggestion = similar.length === 0 ? '' : `; did you mean ${similar.join(', ')}?`;
  return `--exclusive ${request}: there is no such component${suggestion}`;
}

/** A name that holds the request counts as one edit away. */
function distanceBetween(request: string, name: string): number {
  const candidates = [name, withoutSource(name)].filter(
    (candidate) => Math.abs(candidate.length - request.length) <= MAX_EDITS,
  );
  const distances = candidates.map((candidate) => editDistance(request, candidate));
  return Math.min(...distances, name.includes(request) ? 1 : Number.POSITIVE_INFINITY);
}
