import { describe, expect, it } from 'vitest';
import { loadSources } from '../../../src/components/load-sources.ts';
import { SOURCE_NAMES } from '../../../src/model/component.ts';
import { createCollectingReporter } from './collecting-reporter.ts';
import { createMemoryRootfs, type MemoryTree } from './memory-rootfs.ts';

function load(
  tree: MemoryTree,
  signal = new AbortController().signal,
  reporter = createCollectingReporter(),
) {
  return loadSources(
    { ...createMemoryRootfs(tree), reporter, signal },
    { enabledSources: SOURCE_NAMES, componentMap: undefined },
  );
}

async function warningsOf(tree: MemoryTree): Promise<readonly string[]> {
  const reporter = createCollectingReporter();
  await load(tree, undefined, reporter);
  return reporter.warnings;
}

const big = { kind: 'file', sizeBytes: 2_000_000, xattrs: { 'user.component': 'app' } } as const;
const emptyStatus = { kind: 'file', content: '' } as const;

describe('loadSources', () => {
  it('gives the sources that have something to say, the highest priority first', async () => {
    const sources = await load({ big, 'var/lib/dpkg/status': emptyStatus });
    expect(sources.map(({ source }) => source)).toEqual(['xattr', 'dpkg', 'bigfiles']);
  });

  it('gives nothing for a tree that no source knows', async () => {
    expect(await load({ a: { kind: 'file' } })).toEqual([]);
  });

  it('says what was being read, and keeps code, hint and cause of what went wrong', async () => {
    const broken = { kind: 'file', content: 'nonsense' } as const;
    await expect(load({ 'var/lib/dpkg/status': broken })).rejects.toMatchObject({
      code: 'bad-database',
      message: 'reading the dpkg database',
      hint: expect.stringContaining('dpkg --audit'),
      cause: { message: 'line 1 of /var/lib/dpkg/status: no "Field: value" line: "nonsense"' },
    });
  });

  it('says how to build without the source that failed', async () => {
    await expect(load({ 'lib/apk/db/installed': { kind: 'fifo' } })).rejects.toMatchObject({
      message: 'reading the apk database',
      hint: 'To build without it: --source apk=off.',
    });
  });

  it('only warns of a database that cannot be used where that of another package manager has packages', async () => {
    const tree: MemoryTree = {
      'lib/apk/db/installed': { kind: 'file', content: 'P:a\n' },
      'var/lib/dpkg/status': { kind: 'file', content: 'nonsense' },
      'var/lib/rpm/Packages.db': { kind: 'fifo' },
    };
    expect(await warningsOf(tree)).toEqual([
      'a package database is passed over: /var/lib/rpm/Packages.db cannot be used',
      'a package database is passed over: line 1 of /var/lib/dpkg/status: no "Field: value" line: "nonsense"',
    ]);
    expect((await load(tree)).map(({ source }) => source)).toEqual(['apk']);
  });

  it.each<[string, MemoryTree]>([
    ['another database that has no package', { 'lib/apk/db/installed': emptyStatus }],
    ['packages of a language', { 'srv/node_modules/a/index.js': { kind: 'file' } }],
    ['what users say', { big }],
  ])('fails where the only thing left is %s', async (_, tree) => {
    await expect(load({ ...tree, 'var/lib/dpkg/status': { kind: 'fifo' } })).rejects.toMatchObject({
      message: 'reading the dpkg database',
    });
  });

  it('throws the reason itself when aborted', async () => {
    const reason = new Error('stopped');
    await expect(load({ big }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
