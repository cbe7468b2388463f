import { describe, expect, it } from 'vitest';
import { loadSources } from '../../../src/components/load-sources.ts';
import { SOURCE_NAMES } from '../../../src/model/component.ts';
import { createCollectingReporter } from './collecting-reporter.ts';
import { createMemoryRootfs, type MemoryTree } from './memory-rootfs.ts';

function load(tree: MemoryTree, signal = new AbortController().signal) {
  return loadSources(
    { ...createMemoryRootfs(tree), reporter: createCollectingReporter(), signal },
    { enabledSources: SOURCE_NAMES, componentMap: undefined },
  );
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

  it('throws the reason itself when aborted', async () => {
    const reason = new Error('stopped');
    await expect(load({ big }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
