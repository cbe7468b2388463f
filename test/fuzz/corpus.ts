import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A directory for each target: inputs that once crashed it, and mutations with a result that no seed has. */
const CORPUS = 'test/fixtures/fuzz';

export interface CorpusFile {
  readonly name: string;
  readonly content: Buffer;
}

export function readCorpus(target: string): CorpusFile[] {
  const directory = join(CORPUS, target);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .map((name) => ({ name, content: readFileSync(join(directory, name)) }));
}

/** @returns the path of the file, which `npm run check` reads from now on. */
export function saveInput(target: string, kind: 'crash' | 'input', input: Uint8Array): string {
  const directory = join(CORPUS, target);
  const digest = createHash('sha256').update(input).digest('hex');
  const path = join(directory, `${kind}-${digest.slice(0, 12)}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, input);
  return path;
}
