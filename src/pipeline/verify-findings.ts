import type { Finding } from '../model/finding.ts';

/** Enough to see what is wrong; a broken TOC alone may contradict every entry of a layer. */
const MAX_FINDINGS = 1000;

export interface FindingList {
  add(finding: Finding): void;
  /** The first 1,000, then one that says how many more there were. */
  list(): Finding[];
}

export function createFindingList(): FindingList {
  const findings: Finding[] = [];
  let unlisted: Finding | undefined;
  let unlistedCount = 0;
  return {
    add(finding) {
      if (findings.length < MAX_FINDINGS) findings.push(finding);
      else {
        unlisted ??= finding;
        unlistedCount++;
      }
    },
    list: () =>
      unlisted === undefined
        ? findings
        : [
            ...findings,
            {
              ...unlisted,
              message: `${unlisted.message}; ${unlistedCount} findings from here on are not listed`,
            },
          ],
  };
}
