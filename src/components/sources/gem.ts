/*
 * Ruby gems, wherever a specifications directory lies (system gems, GEM_HOME, vendor/bundle). A component
 * `gem/<name>`, with the path before the name where several places have a gem of that name, holds all its versions:
 *
 *     specifications/FULL.gemspec    specifications/default/FULL.gemspec    FULL is NAME-VERSION[-PLATFORM]
 *     gems/FULL/    extensions/PLATFORM/API/FULL/    build_info/FULL.info    cache/FULL.gem    doc/FULL/
 *     bin/EXECUTABLE
 *
 * A gem's files are no newer than the day of its release.
 */
import { setImmediate } from 'node:timers/promises';
import type { ComponentSource, SourceClaims, SourceInput } from '../../model/component.ts';
import type { Scan } from '../../model/entry.ts';
import { baseName, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { createDatabaseReader } from './database-reader.ts';
import { entriesBelow } from './entries-below.ts';
import { parseGemSpecification, type GemSpecification } from './gem-specification.ts';
import { limitWarnings } from './limited-warnings.ts';
import { claimLocatedPackages, type LocatedPackage } from './located-packages.ts';

export const gemSource: ComponentSource = { name: 'gem', load: loadGems };

const MAX_SPECIFICATION_BYTES = 4 * 1024 * 1024;
const MAX_SPECIFICATIONS_BYTES = 256 * 1024 * 1024;
/** How many specifications are read between two looks at signals and timers. */
const GEMS_A_TURN = 256;

/** A specification that cannot be read costs a warning, not the build. @returns undefined when the tree has none. */
async function loadGems({ scan, reader, reporter, signal }: SourceInput): Promise<SourceClaims | undefined> {
  const warnings = limitWarnings(reporter, 'Ruby gems');
  const readDatabaseFile = createDatabaseReader(reader, warnings, MAX_SPECIFICATIONS_BYTES);
  const owners = new Map<RootfsPath, LocatedPackage>();
  const gemOfPath = new Map<RootfsPath, LocatedPackage>();
  for (const [index, installed] of findSpecifications(scan).entries()) {
    if (index % GEMS_A_TURN === 0) await setImmediate();
    signal.throwIfAborted();
    const content = readDatabaseFile(installed.specification, MAX_SPECIFICATION_BYTES);
    if (content === undefined) continue;
    const parsed = parseGemSpecification(content.toString('latin1'), installed.fullName);
    const owner = locatedGem(installed, parsed);
    owners.set(installed.specification, owner);
    for (const path of gemPaths(installed, parsed)) gemOfPath.set(path, owner);
  }
  warnings.finish();
  for (const { path, kind } of scan.entries) {
    const owner = kind === 'directory' ? gemOfPath.get(asGemDirectory(path)) : undefined;
    if (owner !== undefined) gemOfPath.set(path, owner);
  }
  for (const [path, owner] of entriesBelow(scan, gemOfPath)) owners.set(path, owner);
  return claimLocatedPackages('gem', owners);
}

interface InstalledGem {
  readonly specification: RootfsPath;
  /** The directory that has `gems` and `specifications`. */
  readonly root: RootfsPath;
  /** NAME-VERSION or NAME-VERSION-PLATFORM. */
  readonly fullName: string;
}

const SPECIFICATIONS = 'specifications';
const SUFFIX = '.gemspec';

function findSpecifications(scan: Scan): InstalledGem[] {
  return scan.entries.flatMap(({ kind, path }) => {
    if (kind !== 'file' || !path.endsWith(SUFFIX)) return [];
    const parent = parentPath(path);
    const directory = baseName(parent) === 'default' ? parentPath(parent) : parent;
    if (baseName(directory) !== SPECIFICATIONS) return [];
    const fullName = baseName(path).slice(0, -SUFFIX.length);
    return fullName === '' || fullName.startsWith('.')
      ? []
      : [{ specification: path, root: parentPath(directory), fullName }];
  });
}

function locatedGem({ root }: InstalledGem, { name, releaseTimeSeconds }: GemSpecification): LocatedPackage {
  return {
    ecosystem: 'gem',
    environment: root,
    name,
    mtimeClampSeconds: releaseTimeSeconds,
    updateTimesSeconds: releaseTimeSeconds === undefined ? [] : [releaseTimeSeconds],
    isMetadata: false,
  };
}

function gemPaths({ root, fullName }: InstalledGem, { executables }: GemSpecification): RootfsPath[] {
  return [
    ...executables.map((name) => rootfsPath(`${root}/bin/${name}`)),
    gemDirectory(root, fullName),
    rootfsPath(`${root}/doc/${fullName}`),
    rootfsPath(`${root}/build_info/${fullName}.info`),
    rootfsPath(`${root}/cache/${fullName}.gem`),
  ];
}

function gemDirectory(root: string, fullName: string): RootfsPath {
  return rootfsPath(`${root}/gems/${fullName}`);
}

/** `ROOT/extensions/PLATFORM/API/FULL` has the compiled part of `ROOT/gems/FULL`. */
function asGemDirectory(path: RootfsPath): RootfsPath {
  const [, root, fullName] = /^(?:(.*)\/)?extensions\/[^/]+\/[^/]+\/([^/]+)$/s.exec(path) ?? [];
  return fullName === undefined ? path : gemDirectory(root ?? '', fullName);
}
