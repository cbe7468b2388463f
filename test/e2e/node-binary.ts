import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './layah.ts';
import { cacheDirectory } from './material.ts';

/** A Node of that major version; the npm package `node` brings it where it is not the running one. */
export async function nodeBinary(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const prefix = join(await cacheDirectory(), `node-${major}`);
  const binary = join(prefix, 'node_modules/node/bin/node');
  if (!existsSync(binary)) {
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, `node@${major}`]);
  }
  const version = await run(binary, ['--version']);
  if (!version.startsWith(`v${major}.`)) throw new Error(`${binary} is ${version}`);
  return binary;
}
