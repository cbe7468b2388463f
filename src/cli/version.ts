import { readFileSync } from 'node:fs';
import { parseLibdeflatePath } from '../config/libdeflate-path.ts';
import type { Machine } from '../config/machine.ts';
import { describeEngine } from '../model/gzip-engine.ts';
import { defaultEngine } from '../pipeline/select-engine.ts';

/** What `layah --version` says: its version, and what compresses when nothing else is asked for. */
export async function renderVersion(machine: Machine): Promise<string> {
  const engine = await defaultEngine(parseLibdeflatePath(machine));
  return [`layah ${readVersion()}`, `gzip engine ${describeEngine(engine)}`, ...engine.passedOver]
    .map((line) => `${line}\n`)
    .join('');
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}
