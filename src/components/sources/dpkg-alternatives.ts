/*
 * Which of the links that update-alternatives(1) manages belong to what: to the component of the file that the
 * alternative in effect points to, weakly, as no package lists them.
 *
 *   usr/bin/awk (the link) -> etc/alternatives/awk -> usr/bin/mawk
 */
import type { Claim, SourceInput } from '../../model/component.ts';
import { baseName, joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { createDatabaseReader } from './database-reader.ts';
import { limitWarnings } from './limited-warnings.ts';
import { createFindEntry, type FindEntry } from './tree-entries.ts';

export interface AlternativeLink {
  /** In etc/alternatives. */
  readonly name: string;
  readonly link: RootfsPath;
}

/**
 * Parses a file of var/lib/dpkg/alternatives as far as it says which links there are: `auto` or `manual`, the link
 * itself, then a name and a link for each that goes with it, up to a blank line. What follows are the candidates.
 * @param text - a byte string.
 * @returns the link itself first; none when the file is damaged.
 */
export function parseAlternative(name: string, text: string): AlternativeLink[] {
  const [mode, link = '', ...others] = linesBeforeBlank(text);
  if ((mode !== 'auto' && mode !== 'manual') || !link.startsWith('/') || others.length % 2 !== 0) return [];
  const links = [{ name, link: rootfsPath(link) }];
  for (let index = 0; index < others.length; index += 2) {
    const [otherName = '', otherLink = ''] = others.slice(index, index + 2);
    if (otherName === '' || otherName.includes('/') || !otherLink.startsWith('/')) return [];
    links.push({ name: otherName, link: rootfsPath(otherLink) });
  }
  return links;
}

/** Weak claims on the links; where one points to nothing, the component is that of the first. */
export function claimAlternatives(
  input: SourceInput,
  databaseDirectory: RootfsPath,
  claims: ReadonlyMap<RootfsPath, Claim>,
): Map<RootfsPath, Claim> {
  const { scan, reader, reporter } = input;
  const find = createFindEntry(scan, reader);
  const warnings = limitWarnings(reporter, 'alternatives');
  const readDatabaseFile = createDatabaseReader(reader, warnings, MAX_TOTAL_BYTES);
  const directory = reader.resolve(joinPath(databaseDirectory, 'alternatives'));
  const weak = new Map<RootfsPath, Claim>();
  for (const { path, kind } of scan.entries) {
    if (kind !== 'file' || parentPath(path) !== directory) continue;
    const content = readDatabaseFile(path, MAX_FILE_BYTES);
    const links = parseAlternative(baseName(path), content?.toString('latin1') ?? '');
    const master = links[0] === undefined ? undefined : componentOfTarget(links[0].name, { find, claims });
    for (const { name, link } of links) {
      const component = componentOfTarget(name, { find, claims }) ?? master;
      if (component === undefined) continue;
      for (const entry of [find(joinPath(ALTERNATIVES, name)), find(link)]) {
        if (entry?.kind === 'symlink' && !claims.has(entry.path))
          weak.set(entry.path, { component, strength: 'weak' });
      }
    }
  }
  warnings.finish();
  return weak;
}

const ALTERNATIVES = rootfsPath('etc/alternatives');
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;

function linesBeforeBlank(text: string): string[] {
  const end = text.indexOf('\n\n');
  return (end < 0 ? text : text.slice(0, end)).split('\n');
}

interface Target {
  readonly find: FindEntry;
  readonly claims: ReadonlyMap<RootfsPath, Claim>;
}

/** Of what the link in etc/alternatives points to. */
function componentOfTarget(name: string, { find, claims }: Target): number | undefined {
  const link = find(joinPath(ALTERNATIVES, name));
  if (link?.kind !== 'symlink') return undefined;
  const target = link.target.startsWith('/') ? link.target : `${parentPath(link.path)}/${link.target}`;
  const entry = find(rootfsPath(target));
  return entry === undefined ? undefined : claims.get(entry.path)?.component;
}
