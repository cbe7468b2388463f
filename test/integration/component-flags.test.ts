import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/* The built program as users run it: `npm run build` comes first. */
const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-component-flags-'));
  for (const path of [
    'opt/app/tool',
    'opt/app/data/x',
    'srv/node_modules/a/x',
    'srv/node_modules/b/x',
    'etc/conf',
  ]) {
    const file = join(directory, 'rootfs', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, path);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Built {
  readonly status: number | null;
  /** Of every layer, from the bottom up. */
  readonly layers: readonly (readonly string[])[];
  readonly warnings: readonly string[];
  readonly error: string | undefined;
  readonly sources: readonly unknown[];
}

function build(...args: string[]): Built {
  const input = ['build', '--rootfs', join(directory, 'rootfs'), '-o', join(directory, 'image.ociarchive')];
  const log = ['-v', '--log-format', 'json', '--progress', 'none'];
  const { status, stderr } = spawnSync(process.execPath, [LAYAH, ...input, ...log, ...args], {
    encoding: 'utf8',
  });
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const summary = lines.find(({ message }) => message === 'summary');
  return {
    status,
    layers: summary?.layers.map(({ componentNames }: { componentNames: string[] }) => componentNames) ?? [],
    warnings: lines.filter(({ level }) => level === 'warning').map(({ message }) => message),
    error: lines.find(({ level }) => level === 'error')?.message,
    sources: summary?.sources ?? [],
  };
}

function mapFile(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('--components', () => {
  it('makes components of paths, with layers of their own where the map says so', () => {
    const map = mapFile(
      'map.yaml',
      '- {path: /opt/app, component: app, exclusive: true}\n- {path: /**/data, component: data}\n',
    );
    const { layers, warnings } = build('--components', map, '--max-layers', '2');
    expect(warnings).toEqual([]);
    expect(layers).toContainEqual(['map/app']);
    expect(layers).toContainEqual(['layah/unclaimed', 'map/data', 'node/a', 'node/b']);
  });

  it('warns of a pattern that matches nothing', () => {
    const map = mapFile('none.json', '[{"path": "/none/*", "component": "app", "exclusive": true}]');
    expect(build('--components', map)).toMatchObject({
      status: 0,
      warnings: [`line 1 of component map ${map}: the pattern "/none/*" matches nothing`],
    });
  });

  it('ends with 1 for a line that makes no sense, and names it', () => {
    const map = mapFile('bad.yaml', '- {path: /a, component: x}\n- {path: /b, name: y}\n');
    const { status, error } = build('--components', map);
    expect(status).toBe(1);
    expect(error).toBe(`line 2 of component map ${map}: component: expected string`);
  });
});

describe('--exclusive', () => {
  it('gives a component a layer of its own, with or without its source in the name', () => {
    expect(build('--max-layers', '3', '--exclusive', 'node/a', '--exclusive', 'b').layers).toEqual(
      expect.arrayContaining([['node/a'], ['node/b'], ['layah/unclaimed']]),
    );
  });

  it('warns of a component that is not there', () => {
    expect(build('--exclusive', 'node/c')).toMatchObject({
      status: 0,
      warnings: ['--exclusive node/c: there is no such component; did you mean node/a, node/b?'],
    });
  });

  it('ends with 2 when there are more of them than layers', () => {
    expect(build('--max-layers', '2', '--exclusive', 'a', '--exclusive', 'b')).toMatchObject({
      status: 2,
      error: '--max-layers 2 is too small: 2 exclusive components need a layer each and one for the rest',
    });
  });
});

describe('--source', () => {
  it('turns a source off', () => {
    expect(build('--source', 'node=off').layers).toEqual([['layah/unclaimed']]);
  });

  it('ends with 2 for a source that is not there', () => {
    expect(build('--source', 'npm=off')).toMatchObject({ status: 2 });
  });
});

describe('the summary', () => {
  it('has what every source claims, and last what nobody does', () => {
    expect(build().sources).toEqual([
      { source: 'node', packageCount: 2, componentCount: 2, fileCount: 2, sizeBytes: 40 },
      { source: 'unclaimed', componentCount: 1, fileCount: 3, sizeBytes: 34 },
    ]);
  });
});
