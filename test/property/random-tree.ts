import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, lstatSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

/** One thing to put into a tree. `at` picks a directory made so far, `twin` an earlier file. */
export interface TreeStep {
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo';
  readonly name: string;
  readonly at: number;
  readonly twin: number;
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly content: Uint8Array;
}

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom('-rf', ' ', 'a\nb', 'é', 'e\u0301', 'x'.repeat(255), '\\', '"', "'", '%', ','),
);

/** Names that a directory can hold and a layer may hold. */
const entryName = name.filter(
  (text) =>
    !/[/\0]/.test(text) &&
    text !== '.' &&
    text !== '..' &&
    !text.startsWith('.wh.') &&
    Buffer.byteLength(text) <= 255,
);

const content = fc.oneof(
  fc.constant(new Uint8Array()),
  fc.uint8Array({ maxLength: 600 }),
  fc.integer({ min: 1, max: 40_000 }).map((size) => Buffer.alloc(size, 'layer ')),
  fc.constantFrom(4096, 4097, 8192).map((size) => Buffer.alloc(size, 7)),
);

export const treeSteps: fc.Arbitrary<TreeStep[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('file', 'file', 'file', 'directory', 'directory', 'symlink', 'hardlink', 'fifo'),
    name: entryName,
    at: fc.nat(),
    twin: fc.nat(),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    mtimeSeconds: fc.integer({ min: 1, max: 4_000_000_000 }),
    content,
  }),
  { minLength: 1, maxLength: 30 },
);

/** Makes the tree; a step whose name is taken is left out. */
export function makeTree(root: string, steps: readonly TreeStep[]): void {
  mkdirSync(join(root, 'usr'));
  const directories = [root, join(root, 'usr')];
  const files: string[] = [];
  for (const step of steps) {
    const path = join(directories[step.at % directories.length] ?? root, step.name);
    if (Buffer.byteLength(path) > 3900 || lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    makeEntry(path, step, { directories, files });
  }
}

interface Made {
  readonly directories: string[];
  readonly files: string[];
}

function makeEntry(path: string, step: TreeStep, made: Made): void {
  switch (step.kind) {
    case 'file':
      writeFileSync(path, step.content);
      made.files.push(path);
      break;
    case 'directory':
      mkdirSync(path);
      // Owner bits stay, so that the tests can also run as an ordinary user.
      chmodSync(path, step.mode | 0o700);
      made.directories.push(path);
      return;
    case 'symlink':
      symlinkSync(step.name, path);
      return;
    case 'hardlink': {
      const twin = made.files[step.twin % made.files.length];
      if (twin !== undefined) linkSync(twin, path);
      return;
    }
    case 'fifo':
      execFileSync('mkfifo', ['--', path]);
      break;
  }
  chmodSync(path, step.mode | 0o400);
  utimesSync(path, step.mtimeSeconds, step.mtimeSeconds);
}
