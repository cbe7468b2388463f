import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { rpmSource } from '../../../../src/components/sources/rpm.ts';
import type { SourceClaims } from '../../../../src/model/component.ts';
import { rootfsPath } from '../../../../src/model/rootfs-path.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';
import { createMemoryRootfs, type MemoryTree } from '../memory-rootfs.ts';
import { readRpmFixture } from './rpm-database-builder.ts';

export const file = { kind: 'file' } as const;

/** The files of the fixture's packages, usr-merged. */
export const installedFiles: MemoryTree = {
  bin: { kind: 'symlink', target: 'usr/bin' },
  'usr/bin/tool': file,
  'usr/lib/libodd.so': file,
  "usr/share/odd/''": file,
  'usr/share/odd/back\\slash"$HOME`(none)': file,
  'usr/share/odd/caf\xc3\xa9': file,
  'usr/share/odd/empty': { kind: 'directory' },
  'usr/share/odd/hardlink': { ...file, inode: 'one' },
  'usr/share/odd/with space': { ...file, inode: 'one' },
  'usr/share/odd/link': { kind: 'symlink', target: 'with space' },
  'usr/share/odd/percent%41': file,
  "usr/share/odd/quote'd": file,
  'var/log/odd.log': file,
};

/** What the packages of specs/more have. */
export const moreFiles: MemoryTree = {
  'etc/second.cache': file,
  'etc/second.conf': file,
  'usr/bin/second': file,
  'usr/lib/arch/i686': file,
  'usr/lib/arch/x86_64': file,
  'usr/share/arch/both': file,
  'usr/share/doc/second': file,
  'usr/share/first': { kind: 'directory' },
  'usr/share/shared/common': file,
  'usr/share/shared/empty': file,
};

/** `rpm/a strong`, or undefined. */
export function ownerOf(claims: SourceClaims | undefined, path: string): string | undefined {
  const claim = claims?.claims.get(rootfsPath(path));
  return claim && `${claims?.components[claim.component]?.name} ${claim.strength}`;
}

export interface LoadedRpm {
  readonly claims: SourceClaims | undefined;
  readonly warnings: readonly string[];
}

export async function loadRpm(tree: MemoryTree, signal = new AbortController().signal): Promise<LoadedRpm> {
  const reporter = createCollectingReporter();
  const claims = await rpmSource.load({ ...createMemoryRootfs(tree), reporter, signal });
  return { claims, warnings: reporter.warnings };
}

/** A file of test/fixtures/rpm. */
export function fixture(name: string): { kind: 'file'; content: Buffer } {
  return { kind: 'file', content: readRpmFixture(name) };
}

export interface Workspace {
  /** Has a directory bin, which is empty. */
  readonly directory: () => string;
  readonly expectNothingLeft: () => void;
}

/** A directory for each test, with TMPDIR inside. */
export function useWorkspace(): Workspace {
  let temporary = '';
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'layah-test-'));
    mkdirSync(join(temporary, 'tmp'));
    mkdirSync(join(temporary, 'bin'));
    vi.stubEnv('TMPDIR', join(temporary, 'tmp'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true });
  });
  return {
    directory: () => temporary,
    expectNothingLeft: () => expect(readdirSync(join(temporary, 'tmp'))).toEqual([]),
  };
}
