import { mkdirSync, renameSync } from 'node:fs';
import { type FidelityCase, openTree } from './fidelity-case.ts';
import { contentsCases } from './fidelity-contents.ts';
import { linkCases } from './fidelity-links.ts';
import { metadataCases } from './fidelity-metadata.ts';
import { nameCases } from './fidelity-names.ts';

/** Everything that an image can hold and podman on Linux can show, one tree for them all. */
export const fidelityCases: readonly FidelityCase[] = [
  ...nameCases,
  ...linkCases,
  ...metadataCases,
  ...contentsCases,
];

/** `directory` exists only once it is complete. Needs root, setfacl, setcap, setfattr and python3. */
export function makeFidelityTree(directory: string): void {
  mkdirSync(`${directory}.partial`);
  const tree = openTree(`${directory}.partial`, 'input');
  for (const each of fidelityCases) each.make(tree);
  tree.close();
  renameSync(`${directory}.partial`, directory);
}
