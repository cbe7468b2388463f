/*
 * validate-ci.mjs EXAMPLES MODULES: checks the pipelines against the schemas that GitHub and Kubernetes publish, which
 * the packages in MODULES bring. Prints what is wrong, a line each. Needs Node >= 22.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [examples, modules] = process.argv.slice(2);
// The parser imports its schema without saying that it is JSON, as bundlers take it.
registerHooks({
  load: (url, context, next) =>
    url.endsWith('.json')
      ? { format: 'json', source: readFileSync(fileURLToPath(url)), shortCircuit: true }
      : next(url, context),
});
const load = (name) => import(pathToFileURL(join(modules, 'node_modules', name)));
const report = (name, error) => process.stdout.write(`${name}: ${error.message}\n`);
const read = (name) => readFileSync(join(examples, name), 'utf8');

const { parseWorkflow, NoOperationTraceWriter } = await load('@actions/workflow-parser/dist/index.js');
const { parseAction } = await load('@actions/workflow-parser/dist/actions/action-parser.js');
for (const [name, parse] of [
  ['ci/github/workflow.yml', parseWorkflow],
  ['ci/github/action.yml', parseAction],
]) {
  const { context } = parse({ name, content: read(name) }, new NoOperationTraceWriter());
  for (const error of context.errors.getErrors()) report(name, error);
}

const { parse } = await load('yaml/dist/index.js');
const { Job } = await load('kubernetes-models/batch/v1/index.js');
try {
  new Job((parse.default ?? parse)(read('ci/kubernetes-job.yaml'))).validate();
} catch (error) {
  report('ci/kubernetes-job.yaml', error);
}
