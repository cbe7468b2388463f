import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FINDING_CODES } from '../../../src/model/finding.ts';

it('every code of a finding is in the README, and no other', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, table = ''] = /\| code +\| what is wrong.*\n\| -.*\n((?:\|.*\n)+)/.exec(readme) ?? [];
  const firstCells = table.replaceAll(/^\|([^|]*)\|.*$/gm, '$1');
  const listed = [...firstCells.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  expect(new Set(listed)).toEqual(new Set(Object.keys(FINDING_CODES)));
});
