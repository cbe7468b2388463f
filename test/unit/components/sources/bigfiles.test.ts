import { describe, expect, it } from 'vitest';
import { claimBigFiles } from '../../../../src/components/sources/bigfiles.ts';
import { scanOf } from '../memory-rootfs.ts';

const MEBIBYTE = 1024 * 1024;

describe('claimBigFiles', () => {
  it('has nothing to say of a tree whose files have 1 MiB or less', () => {
    expect(claimBigFiles(scanOf({ a: { kind: 'file', sizeBytes: MEBIBYTE } }))).toBeUndefined();
  });

  it('claims each bigger file weakly, as a component named by its path', () => {
    const claims = claimBigFiles(
      scanOf({
        'opt/small': { kind: 'file', sizeBytes: 1 },
        'opt/model\xc3\xa9.bin': { kind: 'file', sizeBytes: MEBIBYTE + 1 },
        'opt/model\xe9.bin': { kind: 'file', sizeBytes: 5 * MEBIBYTE },
      }),
    );
    expect(claims?.components.map(({ name }) => name)).toEqual([
      'bigfiles/opt/model\u00e9.bin',
      'bigfiles/opt/model\\xe9.bin',
    ]);
    expect([...(claims?.claims ?? [])]).toEqual([
      ['opt/model\xc3\xa9.bin', { component: 0, strength: 'weak' }],
      ['opt/model\xe9.bin', { component: 1, strength: 'weak' }],
    ]);
  });

  it('keeps the paths of one inode in one component, named by the first', () => {
    const big = { kind: 'file', sizeBytes: 2 * MEBIBYTE, inode: 'one' } as const;
    const claims = claimBigFiles(scanOf({ 'usr/b': big, 'bin/a': big }));
    expect(claims?.components.map(({ name }) => name)).toEqual(['bigfiles/bin/a']);
    expect([...(claims?.claims.values() ?? [])].map(({ component }) => component)).toEqual([0, 0]);
  });
});
