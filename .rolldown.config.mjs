/*
 * Bundles src into few files: loading hundreds of small modules took longer than a small build. They are CommonJS, which
 * Node loads without starting its loader of ES modules, in every worker thread too; a start takes a fifth less. What has
 * native code or is looked up at run time stays a package of its own (of fs-xattr the native part: the rest is an ES module,
 * which not every Node 22 can require); of the rest dist/THIRD-PARTY-LICENSES.txt has the licenses.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

const FS_XATTR = 'fs-xattr';
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

export default defineConfig({
  input: { 'cli/main': 'src/cli/main.ts', 'layers/layer-worker': 'src/layers/layer-worker.ts' },
  platform: 'node',
  external: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter(
    (name) => name !== FS_XATTR,
  ),
  plugins: [
    { name: 'fs-xattr', transform: leaveNativePart },
    { name: 'licenses', generateBundle: emitLicenses },
    { name: 'package-type', generateBundle: emitPackageType },
  ],
  output: {
    dir: 'dist',
    format: 'cjs',
    strict: true,
    dynamicImportInCjs: false,
    // At the depth of src's own folders: import.meta.url is used relative to it.
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: { groups: [{ name: 'model', test: /\/src\/model\// }] },
    sourcemap: true,
    cleanDir: true,
  },
});

/** fs-xattr loads its native part by a path relative to itself. */
function leaveNativePart(code, path) {
  if (!path.endsWith(`/node_modules/${FS_XATTR}/index.js`)) return undefined;
  const load = 'createRequire(import.meta.url)';
  if (!code.includes(load)) throw new Error(`${path} loads its native part in another way than before`);
  // No more lines than before, so its source map stays right.
  return { code: code.replace(load, `createRequire(${load}.resolve('${FS_XATTR}'))`), map: null };
}

/** The package itself is of ES modules. */
function emitPackageType() {
  this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
}

function emitLicenses(_options, bundle) {
  const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
  const packages = new Set(
    modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  const source = [...packages]
    .sort()
    .map(licenseOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
  this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
}

function licenseOf(directory) {
  const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no license file`);
  return `${name} ${version}\n\n${readFileSync(join(directory, file), 'utf8')}`;
}
