/*
 * What users say of paths with `--components`. A component is called `map/<name>`.
 *
 * - A rule claims the paths that it names and, where they are directories, everything below them.
 * - Of the rules that claim a path the last one in the file wins, also when an earlier one names the path itself.
 * - A path without wildcards is found through the directory symlinks of the tree (/bin/x is usr/bin/x after the
 *   usr-merge); globs are matched against the paths as the tree has them.
 */
import type { ComponentMap, ComponentMapRule, MappedComponent } from '../../model/component-map.ts';
import { mappedComponentName } from '../../model/component-map.ts';
import type {
  Claim,
  ComponentInfo,
  ComponentSource,
  SourceClaims,
  SourceInput,
} from '../../model/component.ts';
import {
  displayBytes,
  encodeUtf8,
  parentPath,
  ROOT_PATH,
  rootfsPathFromText,
  type RootfsPath,
} from '../../model/rootfs-path.ts';
import { isLiteralSegment } from '../../model/glob-segment.ts';
import { compileGlobSet, type GlobSet, type GlobStates } from '../../model/glob-set.ts';
import { limitWarnings } from './limited-warnings.ts';
import { createFindEntry } from './tree-entries.ts';

export function createMapSource(map: ComponentMap): ComponentSource {
  return { name: 'map', load: (input) => Promise.resolve(claimByMap(map, input)) };
}

/** Warns of every rule that matches nothing. */
export function claimByMap(map: ComponentMap, input: SourceInput): SourceClaims | undefined {
  const matching = compileRules(map.rules, input);
  const componentOf = new Map(map.components.map(({ name }, index) => [name, index]));
  const claims = new Map<RootfsPath, Claim>();
  const origins = map.rules.map(
    ({ lineNumber, pattern }) => `line ${lineNumber} of ${map.origin}: ${pattern}`,
  );
  for (const [path, rule] of lastRules(matching, input)) {
    const component = componentOf.get(map.rules[rule]?.componentName ?? '');
    const origin = origins[rule] ?? map.origin;
    if (component !== undefined) claims.set(path, { component, strength: 'strong', origin });
  }
  warnUnmatched(map, matching.matched, input);
  if (claims.size === 0) return undefined;
  return { source: 'map', packageCount: undefined, components: map.components.map(componentInfo), claims };
}

interface Matching {
  /** The last rule without wildcards of a path. */
  readonly paths: ReadonlyMap<RootfsPath, number>;
  readonly globs: GlobSet;
  /** The rules by the numbers of the globs. */
  readonly ruleOfGlob: readonly number[];
  /** Rules that have matched something so far. */
  readonly matched: Set<number>;
}

function compileRules(rules: readonly ComponentMapRule[], { scan, reader }: SourceInput): Matching {
  const find = createFindEntry(scan, reader);
  const paths = new Map<RootfsPath, number>();
  const matched = new Set<number>();
  const globs: string[][] = [];
  const ruleOfGlob: number[] = [];
  for (const [rule, { pattern }] of rules.entries()) {
    const segments = pattern.split('/').filter((segment) => segment !== '');
    if (!segments.every(isLiteralSegment)) {
      globs.push(segments);
      ruleOfGlob.push(rule);
      continue;
    }
    const path = rootfsPathFromText(pattern);
    const entry = path === ROOT_PATH ? scan.root : find(path);
    if (entry === undefined) continue;
    paths.set(entry.path, rule);
    matched.add(rule);
  }
  return { paths, globs: compileGlobSet(globs), ruleOfGlob, matched };
}

interface MatchedDirectory {
  readonly states: GlobStates;
  /** The last rule that claims the directory. */
  readonly rule: number;
}

const NO_RULE = -1;

/** The number of the winning rule of every path that has one. */
function* lastRules(matching: Matching, { scan }: SourceInput): Generator<readonly [RootfsPath, number]> {
  const { paths, globs, ruleOfGlob, matched } = matching;
  const rootRule = paths.get(ROOT_PATH) ?? NO_RULE;
  const directories = new Map<RootfsPath, MatchedDirectory>();
  directories.set(ROOT_PATH, { states: globs.start, rule: rootRule });
  for (const { path, kind } of scan.entries) {
    const parent = directories.get(parentPath(path));
    if (parent === undefined) continue;
    let rule = Math.max(parent.rule, paths.get(path) ?? NO_RULE);
    for (const glob of globs.match(parent.states, path)) {
      const matchedRule = ruleOfGlob[glob] ?? NO_RULE;
      matched.add(matchedRule);
      rule = Math.max(rule, matchedRule);
    }
    if (kind === 'directory') directories.set(path, { states: globs.enter(parent.states, path), rule });
    if (rule !== NO_RULE) yield [path, rule];
  }
}

function warnUnmatched(
  { origin, rules }: ComponentMap,
  matched: ReadonlySet<number>,
  input: SourceInput,
): void {
  const warnings = limitWarnings(input.reporter, `patterns of ${origin} that match nothing`);
  for (const [rule, { lineNumber, pattern }] of rules.entries()) {
    if (matched.has(rule)) continue;
    const shown = displayBytes(encodeUtf8(pattern));
    warnings.warn(`line ${lineNumber} of ${origin}: the pattern "${shown}" matches nothing`);
  }
  warnings.finish();
}

function componentInfo({ name, updateIntervalDays }: MappedComponent): ComponentInfo {
  return {
    name: mappedComponentName(name),
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays,
    changesEveryBuild: false,
  };
}
