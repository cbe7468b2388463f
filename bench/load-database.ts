/*
 * load-database.js NAME TREE: prints the CPU seconds that the package database of a tree takes, from its files to the
 * components that it names. A process of its own for each, since code that has run before is faster.
 */
import { limitGarbage } from '../src/cli/garbage.ts';
import { optimizeLater } from '../src/cli/optimize-later.ts';
import { loadSources } from '../src/components/load-sources.ts';
import { SOURCE_NAMES } from '../src/model/component.ts';
import { silentReporter } from '../src/model/reporter.ts';
import { openRootfs } from '../src/scan/open-rootfs.ts';
import { createRootfsReader } from '../src/scan/rootfs-reader.ts';
import { contentsPrefix } from '../src/scan/scan-prefix.ts';
import { scanRootfs } from '../src/scan/scan.ts';

// As a build sets them.
limitGarbage();
optimizeLater(process.versions.v8);
const [name, tree = ''] = process.argv.slice(2);
const rootfs = openRootfs(tree);
const common = { reporter: silentReporter, signal: new AbortController().signal };
const scan = await scanRootfs(rootfs, { ...common, prune: [], skipSpecialFiles: false });
const prefix = contentsPrefix(rootfs, scan.entries);
const reader = createRootfsReader({ ...rootfs, prefix }, scan);
const before = process.cpuUsage();
const claims = await loadSources(
  { ...common, scan, reader },
  { enabledSources: SOURCE_NAMES.filter((source) => source === name), componentMap: undefined },
);
const { user, system } = process.cpuUsage(before);
if (claims.length === 0) throw new Error(`${tree} has no database of ${name}`);
console.log((user + system) / 1e6);
