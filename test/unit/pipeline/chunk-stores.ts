/* Chunk stores of images that tests put together. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openChunkStore, type ChunkStore } from '../../../src/chunks/store.ts';
import type { ChunkAddOptions, ChunkStrategy } from '../../../src/model/chunk-options.ts';
import type { ChunkAddSummary, ChunkVerifyReport, CleanResult } from '../../../src/model/chunk-report.ts';
import type { LayerFormat } from '../../../src/model/layer.ts';
import { type Reporter, silentReporter } from '../../../src/model/reporter.ts';
import { runChunkAdd } from '../../../src/pipeline/chunk-add.ts';
import { runChunkExport } from '../../../src/pipeline/chunk-export.ts';
import { runChunkClean, runChunkRemove, runChunkVerify } from '../../../src/pipeline/chunk-store.ts';
import type { ConvertSummary, RunContext } from '../../../src/pipeline/run.ts';
import { type LayoutFiles, writeDirectory } from '../images/layouts.ts';
import { END_OF_ARCHIVE } from '../images/tar-blocks.ts';
import { directory, file, image, inTemporaryDirectory, layerOf } from './convert-images.ts';

export interface TestStore {
  readonly directory: string;
  readonly store: ChunkStore;
  /** What the reporter was told. */
  readonly warnings: string[];
  add(files: LayoutFiles, options?: Partial<ChunkAddOptions>): Promise<ChunkAddSummary>;
  restore(name: string, format?: LayerFormat): Promise<ConvertSummary & { readonly path: string }>;
  verify(dropDamaged?: boolean): Promise<ChunkVerifyReport>;
  /** `CODE: SUBJECT` of each finding. */
  findings(): Promise<string[]>;
  remove(...images: string[]): Promise<readonly string[]>;
  clean(all?: boolean): Promise<CleanResult>;
  /** The names of its chunks, sorted. */
  chunks(): string[];
}

export const SMALL_CHUNKS: ChunkStrategy = { name: 'content-defined', chunkSizeBytes: 1024 };

/** A store in a directory that is gone afterwards. */
export async function inStore<Result>(use: (store: TestStore) => Promise<Result>): Promise<Result> {
  return inTemporaryDirectory((path) => use(testStore(path)));
}

function testStore(path: string): TestStore {
  const warnings: string[] = [];
  const reporter: Reporter = { ...silentReporter, warn: (message) => warnings.push(message) };
  const context: RunContext = { reporter, signal: new AbortController().signal, stdout: process.stdout };
  const root = join(path, 'store');
  let count = 0;
  const verify = (dropDamaged = false): Promise<ChunkVerifyReport> =>
    runChunkVerify({ store: root, dropDamaged }, context);
  return {
    directory: root,
    get store() {
      return openChunkStore(root);
    },
    warnings,
    async add(files, options) {
      const number = ++count;
      const location = {
        kind: 'oci-directory',
        path: writeDirectory(join(path, `in-${number}`), files),
      } as const;
      return runChunkAdd(
        {
          ...addOptions(root, `image-${number}`),
          ...options,
          image: { ...imageAt(`image-${number}`), location },
        },
        context,
      );
    },
    async restore(name, format = 'none') {
      const output = { kind: 'oci-directory', path: join(path, `out-${++count}`), replace: false } as const;
      const options = { store: root, image: name, output, tag: undefined, ...LAYER_OPTIONS, format };
      return { ...(await runChunkExport(options, context)), path: output.path };
    },
    verify,
    findings: async () => (await verify()).findings.map(({ code, subject }) => `${code}: ${subject}`),
    remove: (...images) => runChunkRemove({ store: root, images }),
    clean: (all = false) => runChunkClean({ store: root, all }, context),
    chunks: () =>
      readdirSync(join(root, 'chunks'))
        .flatMap((name) => readdirSync(join(root, 'chunks', name)))
        .sort(),
  };
}

const LAYER_OPTIONS = {
  engine: { name: 'zlib', level: undefined, libdeflatePath: undefined },
  chunkSizeBytes: 4096,
  minChunkSizeBytes: 0,
  externalToc: false,
  threads: 1,
} as const;

function imageAt(text: string) {
  const machinePlatform = { os: 'linux', architecture: 'amd64' };
  return { text, tag: undefined, platform: undefined, machinePlatform } as const;
}

function addOptions(store: string, name: string) {
  return { store, name, strategy: SMALL_CHUNKS, filesystem: true } as const;
}

/** Of all layers. */
export function totals({ layers }: ChunkAddSummary) {
  const chunkCount = layers.reduce((sum, layer) => sum + layer.chunkCount, 0);
  const newChunkCount = layers.reduce((sum, layer) => sum + layer.newChunkCount, 0);
  return { chunkCount, newChunkCount };
}

/** A layer of files, each of which has a directory for itself. */
function filesLayer(files: Readonly<Record<string, Buffer>>): ReturnType<typeof layerOf> {
  const entries = Object.entries(files).flatMap(([name, content]) => [
    directory(`${name}.d/`),
    file(`${name}.d/${name}`, '', { size: content.length }),
    content,
    Buffer.alloc((512 - (content.length % 512)) % 512),
  ]);
  return layerOf(Buffer.concat([...entries, END_OF_ARCHIVE]));
}

export function imageOf(...layers: readonly Readonly<Record<string, Buffer>>[]): LayoutFiles {
  return image(...layers.map(filesLayer));
}
