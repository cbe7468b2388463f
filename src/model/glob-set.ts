/*
 * Many globs matched against a whole tree at once. Every directory has the states that its entries have to be tried
 * in: a state is one segment of one glob, reached when the segments before it matched the directories above. So a
 * directory that a glob's first segments rule out costs that glob nothing below it, and of the states whose segment is
 * an ordinary name only those of an entry's own name cost anything.
 */
import { baseName, decodeUtf8, type RootfsPath } from './rootfs-path.ts';
import { compileGlobSegment, isLiteralSegment, type MatchName } from './glob-segment.ts';

/** What the entries of a directory are tried in. */
export interface GlobStates {
  /** In no particular order, each once. */
  readonly indexes: readonly number[];
  /** Those of `**`, which hold for all directories below. */
  readonly lasting: readonly number[];
  readonly byName: ReadonlyMap<string, readonly number[]>;
  readonly wild: readonly number[];
}

export interface GlobSet {
  /** Those of the root directory. */
  readonly start: GlobStates;
  /** The globs that a path matches, as they were numbered. @param states - those of the directory that it lies in. */
  match(states: GlobStates, path: RootfsPath): readonly number[];
  /** Those of the directory at the path. @param states - those of the directory that it lies in. */
  enter(states: GlobStates, path: RootfsPath): GlobStates;
}

/** @param globs - segments; `**` is any number of directories, none included, and as the last one any name. */
export function compileGlobSet(globs: readonly (readonly string[])[]): GlobSet {
  const states = globs.flatMap((segments, glob) => compileStates(segments, glob));
  const reach = createReach(states);
  const group = (indexes: readonly number[]): GlobStates => groupStates(states, indexes);
  return {
    start: group(reach(states.flatMap(({ isFirst }, index) => (isFirst ? [index] : [])))),
    match: (active, path) =>
      matchingStates(states, active, path).flatMap((index) => {
        const state = states[index];
        return state?.isLast === true ? [state.glob] : [];
      }),
    enter(active, path) {
      const passed = matchingStates(states, active, path).filter((index) => states[index]?.isLast === false);
      const next = reach([...active.lasting, ...passed.map((index) => index + 1)]);
      // Most directories are tried in what their parents are.
      return isSame(next, active.indexes) ? active : group(next);
    },
  };
}

interface State {
  readonly glob: number;
  readonly segment: string;
  /** Of `**` none: it matches by staying. */
  readonly matchName: MatchName | undefined;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** The states of a glob follow each other, so the one after `index` is `index + 1`. */
function compileStates(segments: readonly string[], glob: number): State[] {
  const shortened = segments.filter((segment, index) => segment !== '**' || segments[index + 1] !== '**');
  return shortened.map((written, index): State => {
    const isLast = index === shortened.length - 1;
    const segment = written === '**' && isLast ? '*' : written;
    const matchName = segment === '**' ? undefined : compileGlobSegment(segment);
    return { glob, segment, matchName, isFirst: index === 0, isLast };
  });
}

/** Adds what can be tried without taking a name: the segment after `**`. */
function createReach(states: readonly State[]): (indexes: readonly number[]) => number[] {
  const seenInRound = new Int32Array(states.length);
  let round = 0;
  return (indexes) => {
    round++;
    const reached: number[] = [];
    for (const start of indexes) {
      for (let index = start; index < states.length && seenInRound[index] !== round; index++) {
        seenInRound[index] = round;
        reached.push(index);
        if (states[index]?.matchName !== undefined) break;
      }
    }
    return reached;
  };
}

function groupStates(states: readonly State[], indexes: readonly number[]): GlobStates {
  const lasting: number[] = [];
  const wild: number[] = [];
  const byName = new Map<string, number[]>();
  for (const index of indexes) {
    const { segment = '', matchName } = states[index] ?? {};
    if (matchName === undefined) lasting.push(index);
    else if (!isLiteralSegment(segment)) wild.push(index);
    else appendTo(byName, segment, index);
  }
  return { indexes, lasting, byName, wild };
}

function appendTo(byName: Map<string, number[]>, name: string, index: number): void {
  const known = byName.get(name);
  if (known === undefined) byName.set(name, [index]);
  else known.push(index);
}

function matchingStates(states: readonly State[], { byName, wild }: GlobStates, path: RootfsPath): number[] {
  if (byName.size === 0 && wild.length === 0) return [];
  const name = matchableName(path);
  const matching = [...(byName.get(name) ?? [])];
  for (const index of wild) if (states[index]?.matchName?.(name) === true) matching.push(index);
  return matching;
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((state, index) => state === right[index]);
}

/** What is no UTF-8 in a name is one U+FFFD for each byte or broken sequence, which a wildcard can stand for. */
function matchableName(path: RootfsPath): string {
  const name = baseName(path);
  return decodeUtf8(name) ?? Buffer.from(name, 'latin1').toString('utf8');
}
