import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { compareTree } from '../images/compare-tree.ts';
import type { MergedTree } from '../images/merge-tree.ts';
import { streamRange } from '../images/read-file.ts';
import { type Digest, parseDigest } from '../model/digest.ts';
import type { FileEntry, Scan } from '../model/entry.ts';
import { LayahError } from '../model/errors.ts';
import { hostPath } from '../model/host-path.ts';
import type { VerifyOptions } from '../model/options.ts';
import type { Reporter } from '../model/reporter.ts';
import { displayPath } from '../model/rootfs-path.ts';
import { type OpenRootfs, openRootfs } from '../scan/open-rootfs.ts';
import { scanRootfs } from '../scan/scan.ts';
import type { RunContext } from './run.ts';
import type { FindingList } from './verify-findings.ts';

export interface RootfsComparison {
  readonly tree: MergedTree;
  readonly hostDirectory: string;
  readonly options: VerifyOptions;
  readonly findings: FindingList;
}

/** @throws LayahError when the root filesystem cannot be read. */
export async function compareWithRootfs(comparison: RootfsComparison, context: RunContext): Promise<void> {
  const { prune, skipSpecialFiles } = comparison.options;
  const { reporter, signal } = context;
  const rootfs = openRootfs(comparison.hostDirectory);
  try {
    const scan = await scanRootfs(rootfs, { prune, skipSpecialFiles, reporter, signal });
    const onBytes = countCompared(scan, reporter);
    await compareTree({
      tree: comparison.tree,
      scan,
      digestOf: async (file) => {
        signal.throwIfAborted();
        return digestOfFile(rootfs, file, onBytes);
      },
      report: (path, message) =>
        comparison.findings.add({
          code: 'tree',
          subject: displayPath(path),
          path: displayPath(path),
          message,
        }),
    });
  } finally {
    rootfs.close();
  }
}

/** @returns what is to be called with every number of bytes that were read. */
function countCompared({ entries }: Scan, reporter: Reporter): (count: number) => void {
  const totalBytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.sizeBytes : 0), 0);
  let doneBytes = 0;
  return (count) => {
    doneBytes += count;
    reporter.progress('compare', doneBytes, totalBytes);
  };
}

async function digestOfFile(
  rootfs: OpenRootfs,
  entry: FileEntry,
  onBytes: (count: number) => void,
): Promise<Digest> {
  const hash = createHash('sha256');
  try {
    const file = await open(hostPath(rootfs.prefix, entry.path), constants.O_RDONLY | constants.O_NOFOLLOW);
    const content = streamRange(file, { offset: 0, sizeBytes: entry.sizeBytes, onEnd: () => file.close() });
    for await (const piece of content) {
      hash.update(piece);
      onBytes(piece.length);
    }
  } catch (cause) {
    throw new LayahError({
      code: 'bad-rootfs',
      message: `reading ${displayPath(entry.path)} in the root filesystem ${rootfs.hostDirectory}`,
      cause,
    });
  }
  return parseDigest(`sha256:${hash.digest('hex')}`);
}
