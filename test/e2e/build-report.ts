import { expect } from 'vitest';
import { layah } from './layah.ts';

/** What one source, or the unclaimed rest, has of a tree. */
export interface SourceRow {
  readonly source: string;
  readonly packageCount?: number;
  readonly componentCount: number;
  readonly fileCount: number;
  readonly sizeBytes: number;
}

export interface BuiltLayer {
  readonly componentNames: readonly string[];
  readonly blob: { readonly digest: string };
}

export interface BuildReport {
  readonly archive: string;
  readonly sources: readonly SourceRow[];
  readonly layers: readonly BuiltLayer[];
}

/** Builds `<rootfs>.ociarchive` and returns what the JSON log says of it. */
export async function buildWithReport(rootfs: string, ...flags: string[]): Promise<BuildReport> {
  const archive = `${rootfs}.ociarchive`;
  const log = ['-v', '--log-format', 'json', '--progress', 'none'];
  const { exitCode, stderr } = await layah(['build', '--rootfs', rootfs, '-o', archive, ...log, ...flags]);
  expect(exitCode, stderr).toBe(0);
  const summary = stderr
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ message }) => message === 'summary');
  return { archive, sources: summary.sources, layers: summary.layers };
}

/** A source's part of all content bytes, from 0 to 1. */
export function shareOf(source: string, { sources }: BuildReport): number {
  const total = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (sources.find((candidate) => candidate.source === source)?.sizeBytes ?? 0) / total;
}

/** One line a source, and one for the bytes that are left unclaimed. */
export function sourceTable({ sources }: BuildReport): string {
  const rows = sources
    .filter(({ fileCount }) => fileCount > 0)
    .map((row) => [row.source, row.packageCount ?? '-', row.componentCount, row.fileCount, row.sizeBytes]);
  return [['source', 'packages', 'components', 'files', 'bytes'], ...rows]
    .map((row) => row.join('\t'))
    .join('\n');
}
