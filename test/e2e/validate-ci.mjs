/*
 * validate-ci.mjs EXAMPLES MODULES GITLAB_SCHEMA TEKTON_CRD: checks the pipelines against the schemas that GitHub,
 * Kubernetes, GitLab and Tekton publish. The packages in MODULES bring those of GitHub and Kubernetes. Prints what is
 * wrong, a line each. Needs Node >= 22.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [examples, modules, gitlabSchema, tektonCrd] = process.argv.slice(2);
// The parser imports its schema without saying that it is JSON, as bundlers take it.
registerHooks({
  load: (url, context, next) =>
    url.endsWith('.json')
      ? { format: 'json', source: readFileSync(fileURLToPath(url)), shortCircuit: true }
      : next(url, context),
});
const load = async (name) => {
  const module = await import(pathToFileURL(join(modules, 'node_modules', name)));
  return module.default ?? module;
};
const report = (name, { message }) => process.stdout.write(`${name}: ${message}\n`);
const read = (name) => readFileSync(join(examples, name), 'utf8');

const { parse } = await load('yaml/dist/index.js');
const readYaml = (text) => parse(text, { strict: true, uniqueKeys: true });

const { parseWorkflow, NoOperationTraceWriter } = await load('@actions/workflow-parser/dist/index.js');
const { parseAction } = await load('@actions/workflow-parser/dist/actions/action-parser.js');
for (const [name, parseFile] of [
  ['ci/github/workflow.yml', parseWorkflow],
  ['ci/github/action.yml', parseAction],
]) {
  const { context } = parseFile({ name, content: read(name) }, new NoOperationTraceWriter());
  for (const error of context.errors.getErrors()) report(name, error);
}

const { Job } = await load('kubernetes-models/batch/v1/index.js');
try {
  new Job(readYaml(read('ci/kubernetes-job.yaml'))).validate();
} catch (error) {
  report('ci/kubernetes-job.yaml', error);
}

validate('ci/gitlab-ci.yml', JSON.parse(readFileSync(gitlabSchema, 'utf8')), await load('ajv/dist/ajv.js'));
validate('ci/tekton-task.yaml', taskSchema(readFileSync(tektonCrd, 'utf8')), await load('ajv/dist/ajv.js'));

function validate(name, schema, Ajv) {
  // Both schemas have keywords and formats of their own, which only describe.
  const isValid = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  const document = readYaml(read(name));
  if (isValid(document)) return;
  for (const { instancePath, message, params } of isValid.errors) {
    report(name, { message: `${instancePath.slice(1)} ${message} ${JSON.stringify(params)}` });
  }
}

/** That of tekton.dev/v1. The API server drops members that the schema does not name; here they are errors. */
function taskSchema(crd) {
  const { versions } = readYaml(crd).spec;
  const { openAPIV3Schema } = versions.find(({ name }) => name === 'v1').schema;
  const { properties } = openAPIV3Schema;
  properties.metadata = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
  return closed(openAPIV3Schema);
}

function closed(schema) {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const members = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const lists = schema.type === 'object' && schema.properties !== undefined;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties !== undefined;
  return lists && !isOpen ? { ...members, additionalProperties: false } : members;
}
