import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FINDING_CODES } from '../../../src/model/finding.ts';

it('every code of a finding is in the README, and no other', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, table = ''] = /\| code +\| what is wrong.*\n\| -.*\n((?:\|.*\n)+)/.exec(readme) ?? [];
  const listed = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)]);
  expect(listed.map(([, code]) => code).sort()).toEqual(Object.keys(FINDING_CODES).sort());
});
