/*
 * Python distributions and conda packages, wherever they are installed: site-packages, dist-packages, virtual and conda
 * environments. A component is `python/<name>` or `conda/<name>`, with the path of the environment before the name
 * where several environments have a package of that name.
 *
 * - A distribution owns what its RECORD (or, from before wheels, installed-files.txt) lists, which may lie outside of its
 *   environment (../../../bin/x), its dist-info directory, and the bytecode of its modules.
 * - What a distribution vendors, dist-info directory included, is part of it.
 * - Two packages with the same file: conda's first, then the outer environment's, then the first in the scan.
 * - No list has a date. A distribution without bytecode gets the time that files in a wheel have at least, so that
 *   installing it again gives the same layer. With bytecode its times stay as they are: Python compares a module's
 *   time with the one in the bytecode and compiles anew when they differ.
 * - conda notes when a package was built.
 */
import { setImmediate } from 'node:timers/promises';
import type { ComponentSource, SourceClaims, SourceInput } from '../../model/component.ts';
import { displayPath, joinPath, parentPath, rootfsPath, type RootfsPath } from '../../model/rootfs-path.ts';
import { createDatabaseReader, type ReadDatabaseFile } from './database-reader.ts';
import { entriesBelow } from './entries-below.ts';
import { limitWarnings, type LimitedWarnings } from './limited-warnings.ts';
import { claimLocatedPackages, type LocatedPackage, metadataPackage } from './located-packages.ts';
import { ownBytecode } from './python-bytecode.ts';
import { parseCondaPackage } from './python-conda.ts';
import { CONDA_META, findInstallations, type Installation } from './python-installations.ts';
import { parseInstalledFiles, parseRecord } from './python-record.ts';
import { createFindEntry, type FindEntry } from './tree-entries.ts';

export const pythonSource: ComponentSource = { name: 'python', load: loadPython };

const MAX_LIST_BYTES = 16 * 1024 * 1024;
const MAX_LISTS_BYTES = 512 * 1024 * 1024;
/** How many lists are read between two looks at signals and timers. */
const PACKAGES_A_TURN = 64;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;

/** A list that cannot be used costs a warning, not the build. @returns undefined when the tree has no list. */
async function loadPython(input: SourceInput): Promise<SourceClaims | undefined> {
  const { scan, reader, reporter, signal } = input;
  const warnings = limitWarnings(reporter, 'lists of Python packages');
  const readDatabaseFile = createDatabaseReader(reader, warnings, MAX_LISTS_BYTES);
  const find = createFindEntry(scan, reader);
  const owners = new Map<RootfsPath, LocatedPackage>();
  const directories = new Map<RootfsPath, LocatedPackage>();
  for (const [index, installation] of findInstallations(scan).entries()) {
    if (index % PACKAGES_A_TURN === 0) await setImmediate();
    signal.throwIfAborted();
    // Listed by another one, which vendors it.
    if (owners.has(installation.list)) continue;
    const installed = readInstalled(installation, readDatabaseFile, warnings);
    if (installed === undefined) continue;
    ownFiles(owners, installed, find);
    directories.set(...ownDirectory(installation, installed.owner));
    if (installation.kind === 'conda') owners.set(installation.list, installed.owner);
  }
  warnings.finish();
  for (const [path, owner] of entriesBelow(scan, directories)) if (!owners.has(path)) owners.set(path, owner);
  ownBytecode(scan, owners);
  return claimLocatedPackages('python', clampUncompiled(owners));
}

interface InstalledPackage {
  readonly owner: LocatedPackage;
  /** As the list has them: relative to `base`, or absolute. */
  readonly files: Iterable<string>;
  readonly base: RootfsPath;
}

function readInstalled(
  { kind, list, environment, name }: Installation,
  readDatabaseFile: ReadDatabaseFile,
  warnings: LimitedWarnings,
): InstalledPackage | undefined {
  const content = readDatabaseFile(list, MAX_LIST_BYTES);
  if (content === undefined) return undefined;
  if (kind === 'conda') {
    const conda = parseCondaPackage(content);
    if (conda === undefined) warnings.warn(`${displayPath(list)} is not the record of a conda package`);
    if (conda === undefined) return undefined;
    const updateTimesSeconds = conda.buildTimeSeconds === undefined ? [] : [conda.buildTimeSeconds];
    const times = { mtimeClampSeconds: conda.buildTimeSeconds, updateTimesSeconds };
    const owner = { ecosystem: 'conda', environment, name: conda.name, ...times, isMetadata: false };
    return { owner, files: conda.files, base: environment };
  }
  const times = { mtimeClampSeconds: undefined, updateTimesSeconds: [] };
  const owner = { ecosystem: 'python', environment, name, ...times, isMetadata: false };
  const text = content.toString('latin1');
  return kind === 'egg-info'
    ? { owner, files: parseInstalledFiles(text), base: parentPath(list) }
    : { owner, files: listedPaths(text, list, warnings), base: environment };
}

function* listedPaths(text: string, list: RootfsPath, warnings: LimitedWarnings): Generator<string> {
  for (const row of parseRecord(text)) {
    if (row.kind === 'path') yield row.path;
    else warnings.warn(`line ${row.lineNumber} of ${displayPath(list)}: ${row.what}`);
  }
}

function ownFiles(
  owners: Map<RootfsPath, LocatedPackage>,
  { owner, files, base }: InstalledPackage,
  find: FindEntry,
): void {
  for (const file of files) {
    if (file === '' || file.length > MAX_PATH_BYTES || file.includes('\0')) continue;
    const entry = find(rootfsPath(file.startsWith('/') ? file : `${base}/${file}`));
    if (entry === undefined || entry.kind === 'directory' || owners.has(entry.path)) continue;
    owners.set(entry.path, owner);
  }
}

/** A distribution's own directory; of conda's, which all packages share, what is nobody's is metadata. */
function ownDirectory(
  { kind, list, environment }: Installation,
  owner: LocatedPackage,
): [RootfsPath, LocatedPackage] {
  return kind === 'conda'
    ? [joinPath(environment, CONDA_META), metadataPackage('conda', environment)]
    : [parentPath(list), owner];
}

/** 1980-01-01, where the times of zip files begin. */
const ZIP_EPOCH_SECONDS = 315_532_800;

function clampUncompiled(owners: ReadonlyMap<RootfsPath, LocatedPackage>): Map<RootfsPath, LocatedPackage> {
  const compiled = new Set<LocatedPackage>();
  for (const [path, owner] of owners) if (path.endsWith('.pyc')) compiled.add(owner);
  const clamped = new Map<LocatedPackage, LocatedPackage>();
  for (const owner of new Set(owners.values())) {
    const isClamped = owner.ecosystem === 'python' && !compiled.has(owner);
    clamped.set(owner, isClamped ? { ...owner, mtimeClampSeconds: ZIP_EPOCH_SECONDS } : owner);
  }
  return new Map([...owners].map(([path, owner]) => [path, clamped.get(owner) ?? owner]));
}
