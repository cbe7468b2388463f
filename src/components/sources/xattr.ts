import type { Claim, ComponentInfo, ComponentSource, SourceClaims } from '../../model/component.ts';
import type { Entry, Scan } from '../../model/entry.ts';
import type { Reporter } from '../../model/reporter.ts';
import {
  decodeUtf8,
  displayBytes,
  displayPath,
  parentPath,
  type RootfsPath,
} from '../../model/rootfs-path.ts';
import { parseUpdateInterval, UPDATE_INTERVAL_FORMS } from '../../model/update-interval.ts';
import { limitWarnings, type LimitedWarnings } from './limited-warnings.ts';

/** What users say themselves, with extended attributes on files and directories. */
export const xattrSource: ComponentSource = {
  name: 'xattr',
  load: ({ scan, reporter }) => Promise.resolve(claimByXattrs(scan, reporter)),
};

const COMPONENT_XATTR = 'user.component';
const INTERVAL_XATTR = 'user.update-interval';
const MAX_NAME_BYTES = 255;

/**
 * `user.component` NAME on a file puts it into the component `xattr/NAME`; on a directory it holds for all below,
 * until a path below has its own. `user.update-interval` on a path with a component, its own or inherited, says how
 * often that component changes; a path with its own component inherits no interval. A value that cannot be used is
 * ignored with a warning, as if the attribute were not there.
 */
export function claimByXattrs(scan: Scan, reporter: Reporter): SourceClaims | undefined {
  const walk: Walk = {
    warnings: limitWarnings(reporter, 'user.component and user.update-interval attributes'),
    intervals: new Map(),
    componentOfDirectory: new Map(),
    components: new Map(),
    claims: new Map(),
  };
  for (const entry of [scan.root, ...scan.entries]) visit(walk, entry);
  walk.warnings.finish();
  if (walk.claims.size === 0) return undefined;
  return {
    source: 'xattr',
    packageCount: undefined,
    components: [...walk.components.keys()].map((name) => componentInfo(name, walk.intervals.get(name))),
    claims: walk.claims,
  };
}

interface Walk {
  readonly warnings: LimitedWarnings;
  /** Days by component name; the smallest where paths disagree. */
  readonly intervals: Map<string, number>;
  /** Only directories that are in a component. */
  readonly componentOfDirectory: Map<RootfsPath, Inherited>;
  /** Indexes by name, numbered in the order of the map. */
  readonly components: Map<string, number>;
  readonly claims: Map<RootfsPath, Claim>;
}

interface Inherited {
  readonly name: string;
  readonly origin: string;
}

/** Parents come first in a scan, so what a path inherits is known. */
function visit(walk: Walk, entry: Entry): void {
  const own = ownComponent(walk, entry);
  const inherited = own === undefined ? walk.componentOfDirectory.get(parentPath(entry.path)) : undefined;
  const name = own ?? inherited?.name;
  noteInterval(walk, entry, name);
  if (name === undefined) return;
  if (entry.kind === 'directory') {
    const origin = inherited?.origin ?? `the attribute ${COMPONENT_XATTR} of ${displayPath(entry.path)}`;
    walk.componentOfDirectory.set(entry.path, { name, origin });
  }
  const component = walk.components.get(name) ?? walk.components.size;
  walk.components.set(name, component);
  // The root itself is in no scan's list of entries, so nothing can be won by claiming it.
  if (entry.path === '') return;
  const origin = inherited === undefined ? {} : { origin: inherited.origin };
  walk.claims.set(entry.path, { component, strength: 'strong', ...origin });
}

function ownComponent({ warnings }: Walk, entry: Entry): string | undefined {
  const value = xattrValue(entry, COMPONENT_XATTR);
  if (value === undefined) return undefined;
  const problem = nameProblem(value);
  if (problem === undefined) return decodeUtf8(value);
  warnings.warn(`ignored the attribute ${COMPONENT_XATTR} of ${displayPath(entry.path)}: it ${problem}`);
  return undefined;
}

function nameProblem(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value.length > MAX_NAME_BYTES) return `has ${value.length} bytes, more than ${MAX_NAME_BYTES}`;
  const text = decodeUtf8(value);
  if (text === undefined) return 'is not UTF-8';
  return /\p{Cc}/u.test(text) ? `has control characters: "${displayBytes(value)}"` : undefined;
}

function noteInterval({ warnings, intervals }: Walk, entry: Entry, name: string | undefined): void {
  const value = xattrValue(entry, INTERVAL_XATTR);
  if (value === undefined) return;
  const what = `the attribute ${INTERVAL_XATTR} of ${displayPath(entry.path)}`;
  const days = parseUpdateInterval(value);
  if (days === undefined) {
    const shown = displayBytes(value.slice(0, MAX_NAME_BYTES));
    warnings.warn(`ignored ${what}: "${shown}" is none of ${UPDATE_INTERVAL_FORMS}`);
    return;
  }
  if (name === undefined) {
    warnings.warn(`ignored ${what}: neither it nor a directory above has ${COMPONENT_XATTR}`);
    return;
  }
  const known = intervals.get(name);
  if (known !== undefined && known !== days) {
    const kept = Math.min(known, days);
    warnings.warn(`${what} says ${days} days, but xattr/${name} had ${known} before: ${kept} is used`);
  }
  intervals.set(name, Math.min(known ?? days, days));
}

/** As a byte string. */
function xattrValue(entry: Entry, name: string): string | undefined {
  const value = entry.xattrs.find((xattr) => xattr.name === name)?.value;
  return value === undefined ? undefined : Buffer.from(value).toString('latin1');
}

function componentInfo(name: string, updateIntervalDays: number | undefined): ComponentInfo {
  return {
    name: `xattr/${name}`,
    mtimeClampSeconds: undefined,
    updateTimesSeconds: [],
    updateIntervalDays,
    changesEveryBuild: false,
  };
}
