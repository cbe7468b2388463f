import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { reclaimMovedFiles, type MissingFile } from '../../../../src/components/sources/moved-files.ts';
import type { Claim } from '../../../../src/model/component.ts';
import { rootfsPath, type RootfsPath } from '../../../../src/model/rootfs-path.ts';
import type { DigestAlgorithm } from '../../../../src/model/rootfs-reader.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, type MemoryTree } from '../memory-rootfs.ts';

interface Reclaimed {
  readonly components: Readonly<Record<string, number>>;
  readonly hashed: readonly string[];
  readonly warnings: readonly string[];
}

interface Given {
  readonly tree: MemoryTree;
  readonly missing: readonly MissingFile[];
  readonly claimed?: readonly string[];
}

async function reclaim({ tree, missing, claimed = [] }: Given): Promise<Reclaimed> {
  const reporter = createCollectingReporter();
  const rootfs = createMemoryRootfs(tree);
  const claims = new Map(
    claimed.map((path): [RootfsPath, Claim] => [rootfsPath(path), { component: 9, strength: 'strong' }]),
  );
  const { signal } = new AbortController();
  const moved = await reclaimMovedFiles({ ...rootfs, reporter, signal }, { missing, claims });
  for (const { strength } of moved.values()) expect(strength).toBe('weak');
  return {
    components: Object.fromEntries([...moved].map(([path, { component }]) => [path, component])),
    hashed: rootfs.hashedPaths,
    warnings: reporter.warnings,
  };
}

function missingFile(content: string, component: number, algorithm: DigestAlgorithm = 'sha256'): MissingFile {
  const digestHex = createHash(algorithm).update(content).digest('hex');
  return { sizeBytes: content.length, algorithm, digestHex, component };
}

const file = (content: string) => ({ kind: 'file' as const, content });

describe('reclaimMovedFiles', () => {
  it.each(['sha256', 'sha1', 'md5'] as const)(
    'finds a file at its new place by its %s',
    async (algorithm) => {
      const { components } = await reclaim({
        tree: { 'usr/etc/a': file('alpha'), other: file('other') },
        missing: [missingFile('alpha', 3, algorithm)],
      });
      expect(components).toEqual({ 'usr/etc/a': 3 });
    },
  );

  it('reads only unclaimed files of a size that a missing file has', async () => {
    const { components, hashed } = await reclaim({
      tree: {
        same: file('alphb'),
        long: file('alpha2'),
        claimed: file('alpha'),
        link: { kind: 'symlink', target: 'same' },
      },
      missing: [missingFile('alpha', 0)],
      claimed: ['claimed'],
    });
    expect(components).toEqual({});
    expect(hashed).toEqual(['sha256 same']);
  });

  it('looks at every unclaimed file when the database records no size', async () => {
    const { components } = await reclaim({
      tree: { a: file('a'), bb: file('bb'), empty: file('') },
      missing: [{ ...missingFile('bb', 1, 'md5'), sizeBytes: undefined }],
    });
    expect(components).toEqual({ bb: 1 });
  });

  it.each([0, undefined])('gives no empty file to anyone (recorded size %s)', async (sizeBytes) => {
    const { components, hashed } = await reclaim({
      tree: { empty: file('') },
      missing: [{ ...missingFile('', 1), sizeBytes }],
    });
    expect(components).toEqual({});
    expect(hashed).toEqual([]);
  });

  it('believes no digest that missing files of two components share', async () => {
    const missing = [missingFile('license', 0), missingFile('license', 1), missingFile('license', 0)];
    const { components } = await reclaim({ tree: { 'usr/share/license': file('license') }, missing });
    expect(components).toEqual({});
  });

  it('gives all copies of a file that one component misses twice', async () => {
    const { components } = await reclaim({
      tree: { 'copy/1': file('alpha'), 'copy/2': file('alpha') },
      missing: [missingFile('alpha', 2), missingFile('alpha', 2)],
    });
    expect(components).toEqual({ 'copy/1': 2, 'copy/2': 2 });
  });

  it('hashes the paths of one inode once, and none when one of them is claimed', async () => {
    const linked = (inode: string) => ({ ...file('alpha'), inode });
    const { components, hashed } = await reclaim({
      tree: { a1: linked('a'), a2: linked('a'), b1: linked('b'), b2: linked('b') },
      missing: [missingFile('alpha', 2)],
      claimed: ['b2'],
    });
    expect(components).toEqual({ a1: 2 });
    expect(hashed).toEqual(['sha256 a1']);
  });

  it('hashes a file with each algorithm that is asked for, and each only once', async () => {
    const { hashed } = await reclaim({
      tree: { a: file('12345') },
      missing: ['alpha', 'gamma', 'delta'].flatMap((content) => [
        missingFile(content, 0),
        missingFile(content, 0, 'md5'),
        { ...missingFile(content, 0, 'md5'), sizeBytes: undefined },
      ]),
    });
    expect(hashed).toEqual(['sha256 a', 'md5 a']);
  });

  it('takes digests in upper case', async () => {
    const missing = missingFile('alpha', 0);
    const { components } = await reclaim({
      tree: { a: file('alpha') },
      missing: [{ ...missing, digestHex: missing.digestHex.toUpperCase() }],
    });
    expect(components).toEqual({ a: 0 });
  });

  it.each(['', 'undefined', 'zz', 'a'.repeat(63), `${'a'.repeat(64)}\n`, '\0'.repeat(64)])(
    'reads nothing for the digest %j',
    async (digestHex) => {
      const { hashed } = await reclaim({
        tree: { a: file('alpha') },
        missing: [{ sizeBytes: 5, algorithm: 'sha256', digestHex, component: 0 }],
      });
      expect(hashed).toEqual([]);
    },
  );

  it('passes over what is too big to read, and says so', async () => {
    const sizeBytes = 5 * 2 ** 30;
    const { hashed, warnings } = await reclaim({
      tree: {
        a: { kind: 'file', sizeBytes },
        b: { kind: 'file', sizeBytes },
        c: { kind: 'file', sizeBytes },
      },
      missing: [{ ...missingFile('alpha', 0), sizeBytes }],
    });
    expect(hashed).toEqual(['sha256 a']);
    expect(warnings).toEqual(['2 big files were not looked at when searching for moved files']);
  });

  it('stops with the reason when aborted', async () => {
    const reason = new Error('stopped');
    const reporter = createCollectingReporter();
    const input = {
      ...createMemoryRootfs({ a: file('alpha') }),
      reporter,
      signal: AbortSignal.abort(reason),
    };
    const query = { missing: [missingFile('alpha', 0)], claims: new Map() };
    await expect(reclaimMovedFiles(input, query)).rejects.toBe(reason);
  });
});
