import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureOnce } from './measure.ts';
import { layahCommand } from './rows.ts';
import type { Settings } from './settings.ts';
import { alignColumns } from './table.ts';
import { makeOneFile } from './trees.ts';

const PACKAGES = 3000;
const FILES_A_PACKAGE = 50;
const LOAD_DATABASE = fileURLToPath(new URL('load-database.js', import.meta.url));

/**
 * What a package database costs that says nothing of the tree: to read it, and the difference that it makes to a build,
 * which has a component for each package to plan.
 */
export function renderDatabases(settings: Settings): string {
  const rows = Object.entries(DATABASES).map(([name, write]) => {
    const tree = makeOneFile(join(settings.work, name));
    write(tree);
    const loading = execFileSync('node', [LOAD_DATABASE, name, tree], { encoding: 'utf8' });
    const withIt = measureOnce(layahCommand({ ...settings, tree }, '--compression none'), settings);
    const flags = `--compression none --source ${name}=off`;
    const without = measureOnce(layahCommand({ ...settings, tree }, flags), settings);
    rmSync(tree, { recursive: true });
    const building = withIt.cpuSeconds - without.cpuSeconds;
    return [name, Number(loading).toFixed(2), building.toFixed(2)];
  });
  return alignColumns([[`database of ${PACKAGES} packages`, 'loading, CPU s', 'building, CPU s'], ...rows]);
}

const DATABASES: Readonly<Record<string, (tree: string) => void>> = { dpkg, apk, alpm };

function* packages(): Generator<{ name: string; files: string[] }> {
  for (let number = 0; number < PACKAGES; number++) {
    const name = `package${number}`;
    const files = Array.from({ length: FILES_A_PACKAGE }, (_, file) => `usr/share/${name}/file${file}`);
    yield { name, files };
  }
}

function dpkg(tree: string): void {
  const directory = join(tree, 'var/lib/dpkg');
  mkdirSync(join(directory, 'info'), { recursive: true });
  let status = '';
  for (const { name, files } of packages()) {
    status += `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\nDescription: one of many\n${' words and words\n'.repeat(10)}\n`;
    writeFileSync(join(directory, 'info', `${name}.list`), files.map((path) => `/${path}\n`).join(''));
  }
  writeFileSync(join(directory, 'status'), status);
}

function apk(tree: string): void {
  const directory = join(tree, 'lib/apk/db');
  mkdirSync(directory, { recursive: true });
  const text = [...packages()].map(
    ({ name, files }) =>
      `P:${name}\nV:1.0-r0\nA:x86_64\nT:one of many\no:${name}\nt:1700000000\nF:usr/share/${name}\n` +
      `${files.map((path) => `R:${path.slice(path.lastIndexOf('/') + 1)}\n`).join('')}\n`,
  );
  writeFileSync(join(directory, 'installed'), text.join(''));
}

function alpm(tree: string): void {
  for (const { name, files } of packages()) {
    const directory = join(tree, 'var/lib/pacman/local', `${name}-1.0-1`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, 'desc'),
      `%NAME%\n${name}\n\n%VERSION%\n1.0-1\n\n%BASE%\n${name}\n\n%BUILDDATE%\n1700000000\n\n`,
    );
    writeFileSync(join(directory, 'files'), `%FILES%\n${files.join('\n')}\n\n`);
  }
  writeFileSync(join(tree, 'var/lib/pacman/local/ALPM_DB_VERSION'), '9\n');
}

/** CPU seconds of `layah --version` and of Node alone. */
export function renderStartUp(settings: Settings): string {
  const main = join(settings.repository, 'dist/cli/main.js');
  const cpuOf = (command: string) =>
    measureOnce(`for i in 1 2 3 4 5 6 7 8 9 10; do ${command} >/dev/null; done; echo 0 >"$BYTES"`, settings)
      .cpuSeconds / 10;
  const node = execFileSync('node', ['--version'], { encoding: 'utf8' }).trim();
  return alignColumns([
    ['start-up', 'CPU ms'],
    [`node ${node} -e 0`, (cpuOf('node -e 0') * 1000).toFixed(0)],
    ['layah --version', (cpuOf(`node '${main}' --version`) * 1000).toFixed(0)],
    ['layah build --help', (cpuOf(`node '${main}' build --help`) * 1000).toFixed(0)],
  ]);
}
