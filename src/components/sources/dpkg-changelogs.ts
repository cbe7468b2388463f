import type { SourceInput } from '../../model/component.ts';
import { displayPath, rootfsPath } from '../../model/rootfs-path.ts';
import { gunzipAtMost } from './bounded-gunzip.ts';
import { createDatabaseReader, type ReadDatabaseFile } from './database-reader.ts';
import { parseDpkgChangelog } from './dpkg-changelog.ts';
import type { DpkgPackage } from './dpkg-status.ts';
import { groupBy } from './group-by.ts';
import { limitWarnings, type LimitedWarnings } from './limited-warnings.ts';

/** What the changelogs of an installed source package say. */
export interface SourceHistory {
  /** Newest first, without duplicates. */
  readonly updateTimesSeconds: readonly number[];
  /** When the installed version was made: the top entry, the latest where several versions are installed. */
  readonly releaseTimeSeconds: number;
}

/**
 * The histories by source package, from usr/share/doc/PACKAGE/changelog*. All binary packages of a source version
 * carry the same changelog, so one is enough. Images that leave out usr/share/doc have none. A changelog that cannot
 * be used costs a warning and its dates, not the build.
 */
export async function readDpkgChangelogs(
  { reader, reporter, signal }: SourceInput,
  packages: readonly DpkgPackage[],
): Promise<Map<string, SourceHistory>> {
  const warnings = limitWarnings(reporter, 'changelogs');
  const reading: Reading = {
    readDatabaseFile: createDatabaseReader(reader, warnings, MAX_TOTAL_BYTES),
    warnings,
    remainingBytes: MAX_TOTAL_BYTES,
  };
  const histories = new Map<string, SourceHistory>();
  if (reader.resolve(DOC_DIRECTORY) === undefined) return histories;
  const installed = packages.filter((dpkgPackage) => dpkgPackage.installed);
  const versions = [...groupBy(installed, versionKey).values()];
  for (const [index, binaries] of versions.entries()) {
    signal.throwIfAborted();
    reporter.progress(STAGE, index, versions.length);
    for (const dpkgPackage of binaries) {
      const history = await readHistory(reading, dpkgPackage);
      if (history === undefined) continue;
      const known = histories.get(dpkgPackage.sourceName);
      histories.set(dpkgPackage.sourceName, known === undefined ? history : mergeHistories(known, history));
      break;
    }
  }
  warnings.finish();
  return histories;
}

const STAGE = { name: 'changelogs', unit: 'packages' };

const DOC_DIRECTORY = rootfsPath('usr/share/doc');
/** The first that is there; the plain changelog is upstream's where the other exists. */
const CHANGELOG_NAMES = ['changelog.Debian.gz', 'changelog.Debian', 'changelog.gz', 'changelog'];
const MAX_COMPRESSED_BYTES = 16 * 1024 * 1024;
const MAX_CHANGELOG_BYTES = 16 * 1024 * 1024;
const MAX_TOTAL_BYTES = 2 * 1024 * 1024 * 1024;

interface Reading {
  readonly readDatabaseFile: ReadDatabaseFile;
  readonly warnings: LimitedWarnings;
  /** A tree of gzip bombs must not keep a build busy for hours. */
  remainingBytes: number;
}

/** A rebuild without source changes has its own binary version and its own changelog entry. */
function versionKey({ sourceName, sourceVersion, version }: DpkgPackage): string {
  return `${sourceName} ${sourceVersion} ${version}`;
}

async function readHistory(
  reading: Reading,
  { name, architecture }: DpkgPackage,
): Promise<SourceHistory | undefined> {
  const files = [
    await readFirst(reading, name, CHANGELOG_NAMES),
    await readFirst(reading, name, [`changelog.Debian.${architecture}.gz`]),
  ].map(parseDpkgChangelog);
  const [releaseTimeSeconds] = files.flatMap((times) => times.slice(0, 1)).sort(newestFirst);
  if (releaseTimeSeconds === undefined) return undefined;
  return { updateTimesSeconds: uniqueNewestFirst(files.flat()), releaseTimeSeconds };
}

/** @returns '' when there is none. */
async function readFirst(reading: Reading, name: string, fileNames: readonly string[]): Promise<string> {
  for (const fileName of fileNames) {
    const path = rootfsPath(`${DOC_DIRECTORY}/${name}/${fileName}`);
    const stored = reading.readDatabaseFile(path, MAX_COMPRESSED_BYTES);
    if (stored === undefined) continue;
    if (!fileName.endsWith('.gz')) return stored.toString('latin1');
    const maxBytes = Math.min(MAX_CHANGELOG_BYTES, reading.remainingBytes);
    const { content, failure } = await gunzipAtMost(stored, maxBytes);
    reading.remainingBytes -= content.length;
    if (failure !== undefined) reading.warnings.warn(`the changelog ${displayPath(path)} is damaged`);
    return content.toString('latin1');
  }
  return '';
}

function mergeHistories(left: SourceHistory, right: SourceHistory): SourceHistory {
  return {
    updateTimesSeconds: uniqueNewestFirst([...left.updateTimesSeconds, ...right.updateTimesSeconds]),
    releaseTimeSeconds: Math.max(left.releaseTimeSeconds, right.releaseTimeSeconds),
  };
}

function uniqueNewestFirst(times: readonly number[]): number[] {
  return [...new Set(times)].sort(newestFirst);
}

function newestFirst(left: number, right: number): number {
  return right - left;
}
