import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { assignComponents } from '../../../../src/components/assign.ts';
import { gemSource } from '../../../../src/components/sources/gem.ts';
import { parseGemSpecification } from '../../../../src/components/sources/gem-specification.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, scanOf, type MemoryNode, type MemoryTree } from '../memory-rootfs.ts';
import { readListedEntries } from './listed-entries.ts';

interface Loaded {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

async function load(tree: MemoryTree, signal = new AbortController().signal): Promise<Loaded> {
  const reporter = createCollectingReporter();
  const claims = await gemSource.load({ ...createMemoryRootfs(tree), reporter, signal });
  return { claims, warnings: reporter.warnings };
}

function ownerOf({ claims }: Loaded, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim === undefined ? undefined : claims?.components[claim.component]?.name;
}

const file = { kind: 'file' } as const;
const text = (content: string): MemoryNode => ({ kind: 'file', content });

describe('gemSource on what RubyGems installs', () => {
  const root = 'usr/local/bundle';
  const specifications = readdirSync(`test/fixtures/gem/tree/${root}/specifications`);
  const tree: MemoryTree = {
    ...readListedEntries('test/fixtures/gem/entries.txt'),
    ...Object.fromEntries(
      specifications.map((name) => {
        const path = `${root}/specifications/${name}`;
        return [path, { kind: 'file', content: readFileSync(`test/fixtures/gem/tree/${path}`) }];
      }),
    ),
  };
  let loaded: Loaded;
  beforeAll(async () => {
    loaded = await load(tree);
  });

  it('has a component for each gem, all versions together, dated by its releases', () => {
    expect(loaded.warnings).toEqual([]);
    expect(loaded.claims?.packageCount).toBe(4);
    expect(loaded.claims?.components).toEqual(
      ['gem/native', 'gem/plain-tool-2d'].map((name) => ({
        name,
        mtimeClampSeconds: Date.UTC(2024, 4, 16) / 1000,
        updateTimesSeconds: [Date.UTC(2024, 4, 16) / 1000],
        updateIntervalDays: undefined,
        changesEveryBuild: false,
      })),
    );
  });

  it.each([
    ['gems/native-0.3.2-x86_64-linux/lib/native.rb', 'gem/native'],
    ['gems/plain-tool-2d-1.10.0.rc1/lib/plain-tool-2d.rb', 'gem/plain-tool-2d'],
    ['extensions/x86_64-linux/3.1.0/native-0.3.1/gem.build_complete', 'gem/native'],
    ['cache/native-0.3.1.gem', 'gem/native'],
    ['specifications/native-0.3.1.gemspec', 'gem/native'],
    ['bin/plain-tool-2d', 'gem/plain-tool-2d'],
  ])('gives %s to %s', (path, owner) => {
    expect(ownerOf(loaded, `${root}/${path}`)).toBe(owner);
  });

  it('leaves only empty directories', () => {
    const sources = loaded.claims === undefined ? [] : [loaded.claims];
    const rest = assignComponents(scanOf(tree), sources).components.find(({ name }) =>
      name.startsWith('layah/'),
    );
    expect(rest?.entries.map(({ path }) => path)).toEqual([
      `${root}/build_info`,
      `${root}/doc`,
      `${root}/plugins`,
    ]);
  });
});

describe('gemSource', () => {
  it('has nothing to say of a tree without specifications', async () => {
    expect(await load({ 'a/x.gemspec': file, 'gems/a-1/x': file, 'specifications/.gemspec': file })).toEqual({
      claims: undefined,
      warnings: [],
    });
  });

  it('finds default gems, and tells places apart where two have a gem', async () => {
    const loaded = await load({
      'usr/lib/ruby/gems/3.3.0/specifications/default/json-2.7.gemspec': text('# stub: json 2.7 ruby lib\n'),
      'usr/lib/ruby/gems/3.3.0/specifications/default/set-1.gemspec': text('# stub: set 1 ruby lib\n'),
      'srv/vendor/bundle/ruby/3.3.0/specifications/json-2.8.gemspec': text('# stub: json 2.8 ruby lib\n'),
      'srv/vendor/bundle/ruby/3.3.0/gems/json-2.8/x.rb': file,
    });
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual([
      'gem/set',
      'gem/srv/vendor/bundle/ruby/3.3.0/json',
      'gem/usr/lib/ruby/gems/3.3.0/json',
    ]);
  });

  it('takes specifications inside of a gem for a part of it', async () => {
    const loaded = await load({
      'specifications/a-1.gemspec': text('# stub: a 1 ruby lib\n'),
      'gems/a-1/test/specifications/b-1.gemspec': text('# stub: b 1 ruby lib\n'),
      'gems/a-1/test/gems/b-1/x': file,
    });
    expect(loaded.claims?.components.map(({ name }) => name)).toEqual(['gem/a']);
  });

  it('claims nothing outside of its place for names that point there', async () => {
    const escaping = '# stub: a 1 ruby lib\n  s.executables = ["../../etc/passwd".freeze, "..", "ok"]\n';
    const loaded = await load({
      'opt/specifications/a-1.gemspec': text(escaping),
      'opt/specifications/...gemspec': text(escaping),
      'opt/bin/ok': file,
      'opt/other': file,
      'etc/passwd': file,
    });
    expect([...(loaded.claims?.claims.keys() ?? [])]).toEqual([
      'opt/specifications/a-1.gemspec',
      'opt/bin/ok',
    ]);
  });

  it('warns of a specification that cannot be read', async () => {
    const huge = { kind: 'file', content: Buffer.alloc(4 * 1024 * 1024 + 1) } as const;
    const { claims, warnings } = await load({ 'specifications/a-1.gemspec': huge });
    expect(claims).toBeUndefined();
    expect(warnings).toEqual([
      'a file of the package database is not used: /specifications/a-1.gemspec cannot be used',
    ]);
  });

  it('throws the reason itself when aborted', async () => {
    const reason = new Error('stopped');
    const tree = { 'specifications/a-1.gemspec': file };
    await expect(load(tree, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('parseGemSpecification', () => {
  it.each([
    ['rake-13.2.1', 'rake'],
    ['aws-sdk-s3-1.2.3', 'aws-sdk-s3'],
    ['nokogiri-1.16.0-x86_64-linux', 'nokogiri'],
    ['plain', 'plain'],
  ])('reads the name of %s without a stub line as %s', (fullName, name) => {
    expect(parseGemSpecification('', fullName)).toEqual({
      name,
      releaseTimeSeconds: undefined,
      executables: [],
    });
  });

  it.each(['1980-01-02', '2024-13-45', 'yesterday'])('knows no release of the date %s', (date) => {
    expect(parseGemSpecification(`  s.date = "${date}"\n`, 'a-1').releaseTimeSeconds).toBeUndefined();
  });
});
