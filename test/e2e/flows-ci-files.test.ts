import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject } from 'vitest';
import { repositoryDirectory, run } from './layah.ts';
import { cacheDirectory } from './material.ts';
import { testWith } from './needs.ts';
import { nodeBinary } from './node-binary.ts';

const EXAMPLES = join(repositoryDirectory, 'examples');
const SCHEMAS = ['@actions/workflow-parser@0.3.61', 'kubernetes-models@5.1.0'];

describe('the pipelines in examples/ci', () => {
  testWith(['npm'], 'are valid by the schemas of GitHub and Kubernetes', async () => {
    expect(await validate(EXAMPLES)).toBe('');
  });

  testWith(['npm'], 'would not be with a misspelt key or a wrong type', async () => {
    const copy = await mkdtemp(join(inject('runDirectory'), 'examples-'));
    await cp(EXAMPLES, copy, { recursive: true });
    await replaceIn(join(copy, 'ci/github/workflow.yml'), 'runs-on', 'run-on');
    await replaceIn(join(copy, 'ci/github/action.yml'), 'using:', 'uses:');
    await replaceIn(join(copy, 'ci/kubernetes-job.yaml'), 'completions: 2', 'completions: two');
    const errors = await validate(copy);
    expect(errors).toContain("Unexpected value 'run-on'");
    expect(errors).toContain('Required property is missing: using');
    expect(errors).toContain('spec/completions must be integer');
  });
});

/** @returns what is wrong, a line each. */
async function validate(examples: string): Promise<string> {
  const modules = join(await cacheDirectory(), 'ci-schemas');
  if (!existsSync(join(modules, 'node_modules'))) {
    await run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      modules,
      ...SCHEMAS,
    ]);
  }
  const script = fileURLToPath(new URL('validate-ci.mjs', import.meta.url));
  return run(await nodeBinary(24), [script, examples, modules]);
}

async function replaceIn(path: string, text: string, replacement: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  expect(before).toContain(text);
  await writeFile(path, before.replace(text, replacement));
}
