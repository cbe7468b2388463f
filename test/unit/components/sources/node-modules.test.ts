import { describe, expect, it } from 'vitest';
import { assignComponents } from '../../../../src/components/assign.ts';
import { claimNodePackages } from '../../../../src/components/sources/node-modules.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { scanOf, type MemoryTree } from '../memory-rootfs.ts';
import { readListedEntries } from './listed-entries.ts';

function ownersIn(tree: MemoryTree): (path: string) => string | undefined {
  const loaded = claimNodePackages(scanOf(tree));
  return (path) => {
    const claim = loaded?.claims.get(rootfsPath(path));
    return claim === undefined ? undefined : loaded?.components[claim.component]?.name;
  };
}

const file = { kind: 'file' } as const;
const directory = { kind: 'directory' } as const;
const link = (target: string) => ({ kind: 'symlink', target }) as const;

describe.each(['npm', 'linked', 'pnpm'])('claimNodePackages on what %s installs', (name) => {
  const tree = readListedEntries(`test/fixtures/node/${name}.txt`);
  const scan = scanOf(tree);
  const loaded = claimNodePackages(scan);
  const components = loaded?.components.map((component) => component.name);

  it('has a component for each package, and one for what the installer keeps', () => {
    const names = ['.metadata', '@sindresorhus/merge-streams', 'ansi-regex', 'isexe', 'strip-ansi', 'which'];
    expect(components).toEqual(names.map((part) => `node/${part}`));
    expect(loaded?.packageCount).toBe(5);
  });

  it('leaves only what is not below node_modules', () => {
    const sources = loaded === undefined ? [] : [loaded];
    const rest = assignComponents(scan, sources).components.find((component) =>
      component.name.startsWith('layah/'),
    );
    const paths = ['srv/app/package-lock.json', 'srv/app/package.json'];
    expect(rest?.entries.map(({ path }) => path)).toEqual(
      name === 'pnpm' ? [...paths, 'srv/app/pnpm-lock.yaml'] : paths,
    );
  });
});

describe('claimNodePackages', () => {
  it('keeps a package that another one brings along together with that', () => {
    const owner = ownersIn(readListedEntries('test/fixtures/node/npm.txt'));
    expect(owner('srv/app/node_modules/strip-ansi/node_modules/ansi-regex/index.js')).toBe('node/strip-ansi');
    expect(owner('srv/app/node_modules/ansi-regex/index.js')).toBe('node/ansi-regex');
  });

  it('gives links to the package that they point into', () => {
    const npm = ownersIn(readListedEntries('test/fixtures/node/npm.txt'));
    expect(npm('srv/app/node_modules/.bin/node-which')).toBe('node/which');
    const pnpm = ownersIn(readListedEntries('test/fixtures/node/pnpm.txt'));
    expect(pnpm('srv/app/node_modules/which')).toBe('node/which');
    expect(pnpm('srv/app/node_modules/.pnpm/node_modules/isexe')).toBe('node/isexe');
    // What a version of a package depends on is a part of it.
    expect(pnpm('srv/app/node_modules/.pnpm/which@5.0.0/node_modules/isexe')).toBe('node/which');
  });

  it('gives programs of globally installed packages to them, but nothing that does not point into one', () => {
    const owner = ownersIn({
      'usr/lib/node_modules/npm/bin/npm-cli.js': file,
      'usr/bin/npm': link('../lib/node_modules/npm/bin/npm-cli.js'),
      'usr/bin/npx': link('/usr/lib/node_modules/npm/bin/npx-cli.js'),
      'usr/bin/node': link('nodejs'),
      'usr/share/modules': link('../lib/node_modules'),
    });
    expect(['npm', 'npx', 'node'].map((name) => owner(`usr/bin/${name}`))).toEqual([
      'node/npm',
      'node/npm',
      undefined,
    ]);
    expect(owner('usr/share/modules')).toBeUndefined();
  });

  it('tells packages of one name in several places apart, but not what installers keep', () => {
    const owner = ownersIn({
      'srv/a/node_modules/x/index.js': file,
      'srv/b/node_modules/x/index.js': file,
      'srv/b/node_modules/y/index.js': file,
      'srv/a/node_modules/.package-lock.json': file,
      'srv/b/node_modules/.package-lock.json': file,
      'node_modules/x/index.js': file,
    });
    expect(owner('srv/a/node_modules/x/index.js')).toBe('node/srv/a/node_modules/x');
    expect(owner('node_modules/x/index.js')).toBe('node/node_modules/x');
    expect(owner('srv/b/node_modules/y/index.js')).toBe('node/y');
    expect(owner('srv/b/node_modules/.package-lock.json')).toBe('node/.metadata');
  });

  it('leaves a link to a package of the workspace, and files beside the packages, to others', () => {
    const owner = ownersIn({
      'srv/node_modules/local': link('../packages/local'),
      'srv/node_modules/.bin/local': link('../../packages/local/bin.js'),
      'srv/node_modules/stray.js': file,
      'srv/node_modules/empty': directory,
      'srv/packages/local/index.js': file,
    });
    expect(owner('srv/node_modules/local')).toBeUndefined();
    expect(owner('srv/node_modules/stray.js')).toBeUndefined();
    expect(owner('srv/node_modules/.bin/local')).toBe('node/.metadata');
    expect(owner('srv/node_modules/empty')).toBe('node/empty');
  });

  it('gives files the time that they have in a published package, and knows no update times', () => {
    const loaded = claimNodePackages(
      scanOf({
        'node_modules/a/x': file,
        'node_modules/.modules.yaml': file,
        'node_modules/.bin': directory,
      }),
    );
    expect(loaded?.components).toEqual([
      {
        name: 'node/.metadata',
        mtimeClampSeconds: undefined,
        updateTimesSeconds: [],
        updateIntervalDays: undefined,
        changesEveryBuild: true,
      },
      {
        name: 'node/a',
        mtimeClampSeconds: Date.UTC(1985, 9, 26, 8, 15) / 1000,
        updateTimesSeconds: [],
        updateIntervalDays: undefined,
        changesEveryBuild: false,
      },
    ]);
  });

  it('has nothing to say of a tree without packages', () => {
    expect(
      claimNodePackages(scanOf({ 'srv/node_modules': directory, 'usr/bin/node': file })),
    ).toBeUndefined();
  });
});
