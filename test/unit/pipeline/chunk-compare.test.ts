import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentReporter } from '../../../src/model/reporter.ts';
import { runChunkCompare } from '../../../src/pipeline/chunk-compare.ts';
import { inTemporaryDirectory } from './convert-images.ts';

describe('a comparison of ways to cut', () => {
  it('looks for a place for its drawing before it reads any image', async () => {
    await inTemporaryDirectory(async (directory) => {
      const svg = join(directory, 'missing/chunks.svg');
      const context = {
        reporter: silentReporter,
        signal: new AbortController().signal,
        stdout: process.stdout,
      };
      const location = { kind: 'oci-directory', path: join(directory, 'no-image') } as const;
      const machinePlatform = { os: 'linux', architecture: 'amd64' };
      const limits = { maxInflatedBytes: undefined, maxEntries: 1 };
      const image = {
        text: 'image',
        location,
        tag: undefined,
        platform: undefined,
        machinePlatform,
        ...limits,
      };
      await expect(
        runChunkCompare({ images: [image], strategies: [], filesystem: true, svg }, context),
      ).rejects.toMatchObject({
        code: 'write-failed',
        message: `writing the drawing to ${svg}`,
        hint: 'Create the directory first.',
      });
    });
  });
});
