/* What `layah diff` says of two images that tests put together. */
import { join } from 'node:path';
import type { DiffReport } from '../../../src/model/diff-report.ts';
import type { DiffOptions } from '../../../src/model/inspect-options.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import { runDiff } from '../../../src/pipeline/diff.ts';
import type { BuiltLayer } from '../images/layer-builder.ts';
import { type LayoutFiles, writeDirectory } from '../images/layouts.ts';
import { inTemporaryDirectory } from './convert-images.ts';
import { imageFiles } from './verify-images.ts';

export async function diffFiles(
  old: LayoutFiles,
  updated: LayoutFiles,
  options: Partial<DiffOptions> = {},
): Promise<DiffReport> {
  return inTemporaryDirectory(async (directory) => {
    const select = (name: string, files: LayoutFiles) =>
      ({
        location: { kind: 'oci-directory', path: writeDirectory(join(directory, name), files) },
        tag: undefined,
        platform: undefined,
        machinePlatform: { os: 'linux', architecture: 'amd64' },
      }) as const;
    const images = { old: select('old', old), new: select('new', updated) };
    return runDiff(
      {
        ...images,
        listsFiles: false,
        contentDefinedBytes: undefined,
        failAbove: undefined,
        htmlPath: undefined,
        ...options,
      },
      { reporter: silentReporter, signal: new AbortController().signal, stdout: process.stdout },
    );
  });
}

export function diffLayers(
  old: readonly BuiltLayer[],
  updated: readonly BuiltLayer[],
  options: Partial<DiffOptions> = {},
): Promise<DiffReport> {
  return diffFiles(imageFiles({ layers: old }), imageFiles({ layers: updated }), options);
}
