import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../../src/config/build-options.ts';
import { type Reporter, silentReporter } from '../../../src/model/reporter.ts';
import { runBuild } from '../../../src/pipeline/build.ts';
import { runVerify } from '../../../src/pipeline/verify.ts';
import { buildFlags, testMachine } from '../config/test-machine.ts';
import { convertAt } from './convert-images.ts';

const MIB = 1 << 20;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-progress-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Update {
  readonly done: number;
  readonly total: number | undefined;
}

/** What a run says of how far it is, by stage. */
async function progressOf(
  run: (context: {
    reporter: Reporter;
    signal: AbortSignal;
    stdout: NodeJS.WritableStream;
  }) => Promise<unknown>,
): Promise<Map<string, Update[]>> {
  const updates = new Map<string, Update[]>();
  const reporter: Reporter = {
    ...silentReporter,
    progress(stage, done, total) {
      const name = typeof stage === 'string' ? stage : stage.name;
      updates.set(name, [...(updates.get(name) ?? []), { done, total }]);
    },
  };
  await run({ reporter, signal: new AbortController().signal, stdout: process.stdout });
  return updates;
}

/** It only grows, by small steps, and ends with all. */
function expectSteady(updates: readonly Update[] = [], maxStep: number): void {
  const parts = updates.map(({ done, total = 0 }) => done / total);
  const steps = parts.map((part, index) => part - (parts[index - 1] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThanOrEqual(maxStep);
  expect(parts.at(-1)).toBe(1);
}

describe('the progress of', () => {
  it('a build, verify and convert of one large layer goes on within the layer', async () => {
    const rootfs = join(directory, 'rootfs');
    const archive = join(directory, 'app.ociarchive');
    mkdirSync(rootfs);
    for (let index = 0; index < 8; index++) writeFileSync(join(rootfs, `file-${index}`), noise(MIB, index));
    const flags = { rootfs, threads: '1', maxLayers: '1', source: ['bigfiles=off'], output: archive };
    const built = await progressOf((context) =>
      runBuild(parseBuildOptions(buildFlags(flags), testMachine()), context),
    );
    expect([...built.keys()]).toEqual(['components', 'layers']);
    expectSteady(built.get('layers'), 0.2);

    const image = { kind: 'oci-archive', path: archive } as const;
    const verified = await progressOf((context) =>
      runVerify({ image, tag: undefined, rootfs, prune: [], skipSpecialFiles: false }, context),
    );
    expect([...verified.keys()]).toEqual(['verify', 'compare']);
    expectSteady(verified.get('verify'), 0.2);
    expectSteady(verified.get('compare'), 0.2);

    const output = { kind: 'oci-archive', path: join(directory, 'new.ociarchive') } as const;
    const converted = await progressOf(({ reporter }) =>
      convertAt({ source: image, output, format: 'gzip', chunkSizeBytes: MIB }, reporter),
    );
    expectSteady(converted.get('layers'), 0.3);
  });

  it('a scan counts entries while nobody knows how many there are', async () => {
    const rootfs = join(directory, 'rootfs');
    for (let index = 0; index < 300; index++)
      mkdirSync(join(rootfs, `directory-${index}`), { recursive: true });
    const flags = { rootfs, threads: '1', output: join(directory, 'app.ociarchive') };
    const built = await progressOf((context) =>
      runBuild(parseBuildOptions(buildFlags(flags), testMachine()), context),
    );
    expect(built.get('scan')).toEqual([{ done: 256, total: undefined }]);
  });
});

/** Bytes that do not compress, the same each time. */
function noise(sizeBytes: number, seed: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed + 1;
  for (let at = 0; at < sizeBytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
