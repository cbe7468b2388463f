import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRootfs } from '../../../src/scan/open-rootfs.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-open-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('opening a root filesystem', () => {
  it('refuses one that does not exist', () => {
    expect(() => openRootfs(join(directory, 'no'))).toThrow(
      `the root filesystem ${directory}/no does not exist`,
    );
  });

  it('refuses a file', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(() => openRootfs(join(directory, 'file'))).toThrow(
      `the root filesystem ${directory}/file is not a directory`,
    );
  });

  it('refuses an empty one', () => {
    expect(() => openRootfs(directory)).toThrow(`the root filesystem ${directory} is empty`);
  });
});
