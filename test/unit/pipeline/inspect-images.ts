/* What `layah inspect` says of images that tests put together. */
import type { ImageReport } from '../../../src/model/image-report.ts';
import type { ImageSelection, InspectOptions } from '../../../src/model/inspect-options.ts';
import { type Reporter, silentReporter } from '../../../src/model/reporter.ts';
import { runInspect } from '../../../src/pipeline/inspect.ts';
import type { BuiltLayer } from '../images/layer-builder.ts';
import { type LayoutFiles, writeDirectory } from '../images/layouts.ts';
import { inTemporaryDirectory } from './convert-images.ts';
import { imageFiles } from './verify-images.ts';

export interface InspectSettings extends Partial<Omit<InspectOptions, 'image'>> {
  readonly selection?: Partial<ImageSelection>;
}

export async function inspectFiles(
  files: LayoutFiles,
  { selection, ...options }: InspectSettings = {},
  reporter: Reporter = silentReporter,
): Promise<ImageReport> {
  return inTemporaryDirectory(async (directory) => {
    const path = writeDirectory(directory, files);
    const image = {
      location: { kind: 'oci-directory', path },
      tag: undefined,
      platform: undefined,
      machinePlatform: { os: 'linux', architecture: 'amd64' },
      ...selection,
    } as const;
    const report = await runInspect(
      {
        image,
        files: undefined,
        component: undefined,
        readsDatabases: false,
        htmlPath: undefined,
        ...options,
      },
      { reporter, signal: new AbortController().signal, stdout: process.stdout },
    );
    return { ...report, location: 'image' };
  });
}

export function inspectLayers(layers: readonly BuiltLayer[], options: InspectSettings = {}) {
  return inspectFiles(imageFiles({ layers }), options);
}

/** With these components in its annotation. */
export function named(layer: BuiltLayer, components: string): BuiltLayer {
  const annotations = { ...layer.descriptor.annotations, 'org.layah.component': components };
  return { ...layer, descriptor: { ...layer.descriptor, annotations } };
}
