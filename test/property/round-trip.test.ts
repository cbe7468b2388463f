import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOURCE_NAMES } from '../../src/model/component.ts';
import type { BuildOptions } from '../../src/model/options.ts';
import { silentReporter } from '../../src/model/reporter.ts';
import { runBuild } from '../../src/pipeline/build.ts';
import { runVerify } from '../../src/pipeline/verify.ts';
import { makeTree, treeSteps } from './random-tree.ts';

let directory: string;
let trees = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-round-trip-'));
});
afterAll(() => execFileSync('rm', ['-rf', directory]));

const context = { reporter: silentReporter, signal: new AbortController().signal, stdout: process.stdout };

async function build(rootfs: string, archive: string, changes: Partial<BuildOptions>): Promise<Buffer> {
  await runBuild(
    {
      rootfs,
      output: { kind: 'oci-archive', path: archive },
      tag: undefined,
      image: {
        document: {},
        runtimeConfig: undefined,
        platform: { os: 'linux', architecture: 'amd64' },
        annotations: {},
        createdSeconds: undefined,
      },
      createdSeconds: 2_000_000_000,
      targets: [],
      maxLayers: 5,
      maxLayerSizeBytes: undefined,
      planEpochSeconds: undefined,
      previous: undefined,
      htmlPath: undefined,
      format: 'estargz',
      engine: { name: 'auto', level: 1, libdeflatePath: undefined },
      chunkSizeBytes: 4096,
      minChunkSizeBytes: 0,
      externalToc: false,
      prune: [],
      skipSpecialFiles: false,
      threads: 1,
      componentMap: undefined,
      enabledSources: SOURCE_NAMES,
      exclusiveComponents: [],
      record: undefined,
      ...changes,
    },
    context,
  );
  return readFileSync(archive);
}

async function findings(rootfs: string, archive: string): Promise<readonly unknown[]> {
  const image = { kind: 'oci-archive' as const, path: archive };
  const report = await runVerify(
    {
      image,
      tag: undefined,
      rootfs,
      prune: [],
      skipSpecialFiles: false,
      maxInflatedBytes: undefined,
      maxEntries: undefined,
    },
    context,
  );
  expect(report.comparedWithRootfs).toBe(true);
  return report.findings;
}

describe('any tree', () => {
  it.each(['estargz', 'gzip', 'none'] as const)(
    'comes out of an image as it went in (%s)',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(treeSteps, fc.integer({ min: 1, max: 6 }), async (steps, maxLayers) => {
          const rootfs = join(directory, `tree${trees}`);
          const archive = join(directory, `image${trees++}`);
          mkdirSync(rootfs);
          makeTree(rootfs, steps);
          const first = await build(rootfs, archive, { format, maxLayers });
          expect(await findings(rootfs, archive)).toEqual([]);
          const again = await build(rootfs, archive, { format, maxLayers });
          expect(again.equals(first)).toBe(true);
        }),
        { numRuns: 25 },
      );
    },
    120_000,
  );
});
