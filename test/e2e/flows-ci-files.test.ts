import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject } from 'vitest';
import { repositoryDirectory, run } from './layah.ts';
import { cacheDirectory } from './material.ts';
import { testWith } from './needs.ts';
import { nodeBinary } from './node-binary.ts';

const NEEDS = ['npm', 'python3', 'go'];
const EXAMPLES = join(repositoryDirectory, 'examples');
const SCHEMAS = ['@actions/workflow-parser@0.3.61', 'kubernetes-models@5.1.0', 'ajv@8.20.0'];
/** Ships the schemas of SchemaStore. */
const CHECK_JSONSCHEMA = 'check-jsonschema==0.39.0';
const TEKTON = 'github.com/tektoncd/pipeline@v1.6.0';

describe('the pipelines in examples/ci', () => {
  testWith(NEEDS, 'are valid by the schemas of GitHub, GitLab, Tekton and Kubernetes', async () => {
    expect(await validate(EXAMPLES)).toBe('');
  });

  testWith(NEEDS, 'would not be with a misspelt key or a wrong type', async () => {
    const copy = await mkdtemp(join(inject('runDirectory'), 'examples-'));
    await cp(EXAMPLES, copy, { recursive: true });
    await replaceIn(join(copy, 'ci/github/workflow.yml'), 'runs-on', 'run-on');
    await replaceIn(join(copy, 'ci/github/action.yml'), 'using:', 'uses:');
    await replaceIn(join(copy, 'ci/kubernetes-job.yaml'), 'completions: 2', 'completions: two');
    await replaceIn(join(copy, 'ci/gitlab-ci.yml'), 'image: quay', 'imgae: quay');
    await replaceIn(join(copy, 'ci/tekton-task.yaml'), 'workingDir:', 'workingDirectory:');
    const errors = await validate(copy);
    expect(errors).toContain("Unexpected value 'run-on'");
    expect(errors).toContain('Required property is missing: using');
    expect(errors).toContain('spec/completions must be integer');
    expect(errors).toContain('must NOT have additional properties {"additionalProperty":"imgae"}');
    expect(errors).toContain('must NOT have additional properties {"additionalProperty":"workingDirectory"}');
  });
});

/** @returns what is wrong, a line each. */
async function validate(examples: string): Promise<string> {
  const script = fileURLToPath(new URL('validate-ci.mjs', import.meta.url));
  const schemas = [await npmSchemas(), await gitlabSchema(), await tektonDefinition()];
  return run(await nodeBinary(24), [script, examples, ...schemas]);
}

async function npmSchemas(): Promise<string> {
  const modules = join(await cacheDirectory(), 'pipeline-schemas');
  if (!existsSync(join(modules, 'node_modules'))) {
    const quietly = ['--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...quietly, '--prefix', modules, ...SCHEMAS]);
  }
  return modules;
}

async function gitlabSchema(): Promise<string> {
  const directory = join(await cacheDirectory(), 'check-jsonschema');
  const schema = join(directory, 'check_jsonschema/builtin_schemas/vendor/gitlab-ci.json');
  if (!existsSync(schema)) {
    const quietly = ['--quiet', '--disable-pip-version-check', '--no-deps'];
    const environment = join(directory, 'venv');
    await run('python3', ['-m', 'venv', environment]);
    await run(join(environment, 'bin/python'), [
      '-m',
      'pip',
      'install',
      ...quietly,
      '--target',
      directory,
      CHECK_JSONSCHEMA,
    ]);
  }
  return schema;
}

async function tektonDefinition(): Promise<string> {
  const { Dir: directory }: { Dir: string } = JSON.parse(
    await run('go', ['mod', 'download', '-json', TEKTON]),
  );
  return join(directory, 'config/300-crds/300-task.yaml');
}

async function replaceIn(path: string, text: string, replacement: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  expect(before).toContain(text);
  await writeFile(path, before.replace(text, replacement));
}
