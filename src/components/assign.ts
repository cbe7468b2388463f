/*
 * Which component every entry belongs to. Takes the scan and what the sources claim; gives components and totals.
 *
 * 1. A strong claim beats a weak one; among equally strong ones the source with the higher priority wins.
 * 2. The paths of one inode stay together, because a hardlink cannot cross layers: the group goes where its best
 *    claim points (rule 1); among equals the path that comes first in the scan decides.
 * 3. A directory with entries below it is implied by them and belongs to no component; an empty one is assigned.
 * 4. What nobody claims is the component `layah/unclaimed`.
 * 5. What the TOC of a layer cannot carry is gathered in components of its own, as if a source above all others
 *    claimed it strongly (unlistable.ts); rule 2 takes its other paths along.
 * 6. Components of one name are one component, with the info of the winning claim that comes first in the scan.
 *
 * The order of the sources' maps never matters: the scan is walked, the maps are only looked up.
 */
import { compareByteOrder } from '../model/byte-order.ts';
import type { ClaimStrength, Component, ComponentInfo, SourceClaims } from '../model/component.ts';
import type { Entry, Scan } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import { claimUnlistable } from './unlistable.ts';

export const UNCLAIMED_COMPONENT = 'layah/unclaimed';

/** What one source won, or the unclaimed rest, whose source is called `unclaimed`. */
export interface SourceTotals {
  readonly source: string;
  readonly packageCount: number | undefined;
  readonly componentCount: number;
  /** Everything but directories. */
  readonly fileCount: number;
  /** Content bytes, every hardlink group once. */
  readonly sizeBytes: number;
}

export interface AssignedComponents {
  /** Sorted by name in byte order, none without entries. */
  readonly components: readonly Component[];
  /** `unlistable` if something is, one a source in the order given, then the unclaimed rest. */
  readonly summaries: readonly SourceTotals[];
}

/** @param claimed - the highest priority first. */
export function assignComponents(scan: Scan, claimed: readonly SourceClaims[]): AssignedComponents {
  const sources = withUnlistable(scan, claimed);
  const owners = groupOwners(scan, sources);
  const components = new Map<string, GrowingComponent>();
  const totals = [...sources.map(startTotals), startTotals(UNCLAIMED_SOURCE)];
  const countedGroups = new Set<number>();
  for (const [index, entry] of scan.entries.entries()) {
    if (isImplied(entry, scan.entries[index + 1])) continue;
    const group = groupOf(entry);
    const owner = ownerOf(entry, sources, owners) ?? unclaimedBy(sources);
    const sizeBytes =
      entry.kind === 'file' && (group === undefined || !countedGroups.has(group)) ? entry.sizeBytes : 0;
    if (group !== undefined) countedGroups.add(group);
    addEntry(components, owner.info, { entry, sizeBytes });
    const total = totals[owner.source];
    if (total !== undefined) addToTotals(total, owner.info.name, { entry, sizeBytes });
  }
  return {
    components: [...components.values()]
      .map(finishComponent)
      .sort((left, right) => compareByteOrder(left.name, right.name)),
    summaries: totals.map(finishTotals),
  };
}

/**
 * The component of each of some paths, as `assignComponents` has it; directories are implied by what is in them.
 * @param claimed - the highest priority first.
 */
export function nameComponents(
  scan: Scan,
  claimed: readonly SourceClaims[],
  wanted: ReadonlySet<RootfsPath>,
): Map<RootfsPath, string> {
  const names = new Map<RootfsPath, string>();
  if (wanted.size === 0) return names;
  const sources = withUnlistable(scan, claimed);
  const owners = groupOwners(scan, sources);
  for (const [index, entry] of scan.entries.entries()) {
    if (!wanted.has(entry.path) || isImplied(entry, scan.entries[index + 1])) continue;
    names.set(entry.path, ownerOf(entry, sources, owners)?.info.name ?? UNCLAIMED_COMPONENT);
  }
  return names;
}

/** One thing that a source says of where an entry belongs. */
export interface RankedClaim {
  /** `unlistable` for what no TOC can name. */
  readonly source: string;
  readonly component: string;
  readonly strength: ClaimStrength;
  /** As in `Claim`. */
  readonly origin: string | undefined;
  /** What it is said of: the entry's path, or another path of the same inode. */
  readonly path: RootfsPath;
}

/** Everything that is said of an entry and the other paths of its inode, by rules 1, 2 and 5 the one that wins first. */
export function rankClaims(entry: Entry, scan: Scan, claimed: readonly SourceClaims[]): RankedClaim[] {
  const sources = withUnlistable(scan, claimed);
  const group = groupOf(entry);
  const paths = (group === undefined ? undefined : scan.linkGroups[group]) ?? [entry.path];
  const ranked = sources.flatMap(({ source, components, claims }) =>
    paths.flatMap((path): RankedClaim[] => {
      const claim = claims.get(path);
      if (claim === undefined) return [];
      const info = components[claim.component];
      if (info === undefined) throw danglingClaim(source, path);
      const { strength, origin } = claim;
      return [{ source, component: info.name, strength, origin, path }];
    }),
  );
  // Sorting is stable: among equally strong ones sources, then paths, stay in their order.
  return ranked.sort((left, right) => STRENGTH_RANKS[left.strength] - STRENGTH_RANKS[right.strength]);
}

const STRENGTH_RANKS: Readonly<Record<ClaimStrength, number>> = { strong: 0, weak: 1 };

interface Owner {
  /** Index into the sources; one past the last for the unclaimed rest. */
  readonly source: number;
  readonly strength: ClaimStrength;
  readonly info: ComponentInfo;
}

interface GrowingComponent {
  readonly info: ComponentInfo;
  readonly entries: Entry[];
  sizeBytes: number;
}

interface Share {
  readonly entry: Entry;
  readonly sizeBytes: number;
}

/** Nearly all of it was written by the build itself, and has its time. */
const UNCLAIMED_INTERVAL_DAYS = 7;

const UNCLAIMED_INFO: ComponentInfo = {
  name: UNCLAIMED_COMPONENT,
  mtimeClampSeconds: undefined,
  updateTimesSeconds: [],
  updateIntervalDays: UNCLAIMED_INTERVAL_DAYS,
  changesEveryBuild: false,
};

const UNCLAIMED_SOURCE = { source: 'unclaimed', packageCount: undefined };

function unclaimedBy(sources: readonly SourceClaims[]): Owner {
  return { source: sources.length, strength: 'weak', info: UNCLAIMED_INFO };
}

function withUnlistable(scan: Scan, claimed: readonly SourceClaims[]): readonly SourceClaims[] {
  const unlistable = claimUnlistable(scan);
  return unlistable === undefined ? claimed : [unlistable, ...claimed];
}

function groupOf(entry: Entry): number | undefined {
  return entry.kind === 'directory' ? undefined : entry.linkGroup;
}

/** @param owners of link groups. */
function ownerOf(
  entry: Entry,
  sources: readonly SourceClaims[],
  owners: readonly (Owner | undefined)[],
): Owner | undefined {
  const group = groupOf(entry);
  return group === undefined ? bestClaim([entry.path], sources) : owners[group];
}

function groupOwners(scan: Scan, sources: readonly SourceClaims[]): (Owner | undefined)[] {
  return scan.linkGroups.map((paths) => bestClaim(paths, sources));
}

/** In scan order, so that a later path must be better to win. */
function bestClaim(paths: readonly RootfsPath[], sources: readonly SourceClaims[]): Owner | undefined {
  let best: Owner | undefined;
  for (const path of paths) {
    for (const [source, { source: sourceName, components, claims }] of sources.entries()) {
      const claim = claims.get(path);
      if (claim === undefined) continue;
      if (best !== undefined && !isBetter({ source, strength: claim.strength }, best)) continue;
      const info = components[claim.component];
      if (info === undefined) throw danglingClaim(sourceName, path);
      best = { source, strength: claim.strength, info };
    }
  }
  return best;
}

function isBetter(challenger: Omit<Owner, 'info'>, best: Owner): boolean {
  if (challenger.strength !== best.strength) return challenger.strength === 'strong';
  return challenger.source < best.source;
}

/** The scan is depth first, so whatever is below a directory comes right after it. */
function isImplied(entry: Entry, next: Entry | undefined): boolean {
  return entry.kind === 'directory' && next !== undefined && next.path.startsWith(`${entry.path}/`);
}

function addEntry(components: Map<string, GrowingComponent>, info: ComponentInfo, share: Share): void {
  const known = components.get(info.name);
  if (known === undefined) {
    components.set(info.name, { info, entries: [share.entry], sizeBytes: share.sizeBytes });
    return;
  }
  known.entries.push(share.entry);
  known.sizeBytes += share.sizeBytes;
}

function finishComponent({ info, entries, sizeBytes }: GrowingComponent): Component {
  return { ...info, entries, sizeBytes };
}

interface GrowingTotals {
  readonly source: string;
  readonly packageCount: number | undefined;
  readonly componentNames: Set<string>;
  fileCount: number;
  sizeBytes: number;
}

function startTotals({ source, packageCount }: Pick<SourceClaims, 'source' | 'packageCount'>): GrowingTotals {
  return { source, packageCount, componentNames: new Set(), fileCount: 0, sizeBytes: 0 };
}

function addToTotals(totals: GrowingTotals, componentName: string, share: Share): void {
  totals.componentNames.add(componentName);
  totals.sizeBytes += share.sizeBytes;
  if (share.entry.kind !== 'directory') totals.fileCount++;
}

function finishTotals({ componentNames, ...totals }: GrowingTotals): SourceTotals {
  return { ...totals, componentCount: componentNames.size };
}

function danglingClaim(source: string, path: RootfsPath): LayahError {
  return new LayahError({
    code: 'internal',
    message: `the source ${source} claims ${displayPath(path)} for a component that it does not list`,
  });
}
