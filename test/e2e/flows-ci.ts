import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { example } from './flows-workspace.ts';

/** What a pipeline would run, one shell after the other, in one directory. */
export interface CiJob {
  readonly scripts: readonly string[];
  readonly env: Record<string, string>;
}

interface Images {
  readonly cwd: string;
  readonly source: string;
  readonly destination: string;
  readonly layah: string;
}

const variables = z.record(z.string(), z.string());
const action = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  runs: z.object({ steps: z.array(z.object({ run: z.string(), env: variables })) }),
});

export async function githubJob({ cwd, source, destination, layah }: Images): Promise<CiJob> {
  const { runs } = action.parse(await readYaml('ci/github/action.yml'));
  const values: Record<string, string> = {
    'inputs.source': source,
    'inputs.destination': destination,
    'inputs.layah': layah,
    'inputs.args': '',
    'github.action_path': join(cwd, 'examples/ci/github'),
  };
  const env = Object.assign({}, ...runs.steps.map((step) => step.env));
  return {
    scripts: runs.steps.map(({ run }) => run),
    env: { ...substitute(env, /\$\{\{ ([^}]+) \}\}/g, values), GITHUB_OUTPUT: join(cwd, 'github-output') },
  };
}

const gitlab = z.object({ 'split-image': z.object({ variables, script: z.array(z.string()) }) });

export async function gitlabJob({ source, destination, layah }: Images): Promise<CiJob> {
  const { 'split-image': job } = gitlab.parse(await readYaml('ci/gitlab-ci.yml'));
  const own = { SOURCE: source, DESTINATION: destination, LAYAH: layah };
  return { scripts: job.script, env: { ...job.variables, ...own } };
}

const environment = z.array(z.object({ name: z.string(), value: z.string() }));
const task = z.object({
  spec: z.object({
    stepTemplate: z.object({ env: environment }),
    steps: z.array(z.object({ script: z.string() })),
  }),
});

export async function tektonJob({ cwd, source, destination, layah }: Images): Promise<CiJob> {
  const { spec } = task.parse(await readYaml('ci/tekton-task.yaml'));
  const values: Record<string, string> = {
    'params.source': source,
    'params.destination': destination,
    'params.layah': layah,
    'params.args': '',
    'workspaces.auth.path': '',
    'results.IMAGE_DIGEST.path': join(cwd, 'image-digest'),
  };
  const env = Object.fromEntries(spec.stepTemplate.env.map(({ name, value }) => [name, value]));
  return {
    scripts: spec.steps.map(({ script }) => script),
    env: substitute(env, /\$\(([^)]+)\)/g, values),
  };
}

const container = z.object({ command: z.array(z.string()), args: z.array(z.string()), env: environment });
const job = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ initContainers: z.array(container), containers: z.array(container) }),
    }),
  }),
});

interface IndexedRun {
  readonly index: number;
  /** Where images.txt and Containerfile.splitter are. */
  readonly list: string;
  readonly layah: string;
}

export async function kubernetesJob({ index, list, layah }: IndexedRun): Promise<CiJob> {
  const { template } = job.parse(await readYaml('ci/kubernetes-job.yaml')).spec;
  const containers = [...template.spec.initContainers, ...template.spec.containers];
  const [first] = containers;
  const env = Object.fromEntries((first?.env ?? []).map(({ name, value }) => [name, value]));
  const own = { JOB_COMPLETION_INDEX: String(index), LIST: list, LAYAH: layah };
  return { scripts: containers.map(({ args }) => args.join('\n')), env: { ...env, ...own } };
}

async function readYaml(name: string): Promise<unknown> {
  return parse(await example(name), { strict: true, uniqueKeys: true, merge: false });
}

/** @throws for an expression that nobody has a value for. */
function substitute(
  env: Record<string, string>,
  expression: RegExp,
  values: Record<string, string>,
): Record<string, string> {
  const replaced = Object.entries(env).map(([name, text]): [string, string] => [
    name,
    text.replace(expression, (_, key: string) => {
      const value = values[key];
      if (value === undefined) throw new Error(`${name} is made of ${key}, which is not known`);
      return value;
    }),
  ]);
  return Object.fromEntries(replaced);
}
