import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface Settings {
  readonly repository: string;
  readonly trees: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  /** Trees are kept here between runs. */
  readonly cache: string;
  /** Where the CSV file and the plot go. */
  readonly output: string;
  readonly work: string;
  readonly conformance: string | undefined;
  /** What `layah --version` prints. */
  readonly version: string;
  readonly hasLibdeflate: boolean;
}

const USAGE = `usage: npm run bench -- [--quick] [--large] [--tiny] [--huge] [--all] [--rounds N] [--cache DIR] [--output DIR]
`;

export function readSettings(argv: readonly string[]): Settings {
  const { values } = parseFlags(argv);
  const repository = fileURLToPath(new URL('../../..', import.meta.url));
  const quick = values.quick === true;
  const cache =
    values.cache ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'layah', 'bench');
  const output = values.output ?? join(repository, '.out', 'bench-results');
  for (const directory of [cache, output]) mkdirSync(directory, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'layah-bench-'));
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${rounds} is no positive number`);
  const version = execFileSync('node', [join(repository, 'dist/cli/main.js'), '--version'], {
    encoding: 'utf8',
  });
  return {
    repository,
    trees: namedTrees(values),
    quick,
    rounds,
    cache,
    output,
    work,
    conformance: buildConformance(repository, work),
    version,
    hasLibdeflate: version.includes('libdeflate '),
  };
}

function parseFlags(argv: readonly string[]) {
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  const options = {
    quick: flag,
    large: flag,
    tiny: flag,
    huge: flag,
    all: flag,
    rounds: text,
    cache: text,
    output: text,
  };
  try {
    return parseArgs({ args: [...argv], options });
  } catch (cause) {
    throw new Error(USAGE, { cause });
  }
}

function namedTrees(values: {
  quick?: boolean;
  all?: boolean;
  large?: boolean;
  tiny?: boolean;
  huge?: boolean;
}): string[] {
  const wanted = (name: 'large' | 'tiny' | 'huge') => values.all === true || values[name] === true;
  const larger = (['large', 'tiny', 'huge'] as const).filter(wanted);
  if (values.quick !== true) return ['minbase', ...larger];
  return larger.length > 0 ? larger : ['host'];
}

/** @returns undefined where there is no Go, or its modules cannot be had. */
function buildConformance(repository: string, work: string): string | undefined {
  const program = join(work, 'conformance');
  const { status } = spawnSync(
    'go',
    ['build', '-C', join(repository, 'test/conformance'), '-o', program, '.'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return status === 0 ? program : undefined;
}
