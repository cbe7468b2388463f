import type { Digest } from '../model/digest.ts';
import type { DuplicateReport } from '../model/image-report.ts';
import { displayPath } from '../model/rootfs-path.ts';
import type { StoredEntry } from './stored-entries.ts';

/** Contents that are stored more than once, in one layer or several. @param maxListed how many of them are named. */
export function findDuplicates(entries: readonly StoredEntry[], maxListed: number): DuplicateReport {
  const byDigest = new Map<Digest, StoredEntry[]>();
  for (const entry of entries) {
    if (entry.digest === undefined || entry.header.sizeBytes === 0) continue;
    const known = byDigest.get(entry.digest);
    if (known === undefined) byDigest.set(entry.digest, [entry]);
    else known.push(entry);
  }
  const repeated = [...byDigest].filter(([, copies]) => copies.length > 1).map(toDuplicate);
  return {
    contentCount: repeated.length,
    wastedBytes: repeated.reduce((sum, each) => sum + wastedBytes(each), 0),
    worst: repeated.sort(byWaste).slice(0, maxListed),
  };
}

type Duplicate = DuplicateReport['worst'][number];

function toDuplicate([digest, copies]: readonly [Digest, readonly StoredEntry[]]): Duplicate {
  return {
    digest,
    sizeBytes: copies[0]?.header.sizeBytes ?? 0,
    copies: copies.map(({ header, layer }) => ({ path: displayPath(header.path), layer })),
  };
}

function wastedBytes({ sizeBytes, copies }: Duplicate): number {
  return sizeBytes * (copies.length - 1);
}

function byWaste(left: Duplicate, right: Duplicate): number {
  return wastedBytes(right) - wastedBytes(left) || (left.digest < right.digest ? -1 : 1);
}
