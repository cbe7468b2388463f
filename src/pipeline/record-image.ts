/*
 * Records out of images and into them: `layah record from-image`, `pull` and `push`, and what build and convert take.
 */
import { prefetchedFiles } from '../images/prefetched-files.ts';
import { readRecordImage } from '../images/record-image.ts';
import { singleFileLayer } from '../layers/single-file.ts';
import { unreachable } from '../model/errors.ts';
import { formatRecord, RECORD_TAR_NAME, type RecordedFile } from '../model/record.ts';
import type {
  NamedImage,
  RecordFromImageOptions,
  RecordPushOptions,
  RecordSource,
} from '../model/record-options.ts';
import { buildDockerManifest } from '../oci/docker-manifest.ts';
import { buildImageIndex } from '../oci/image-index.ts';
import { buildRecordImage } from '../oci/record-image.ts';
import type { ImageSink } from '../output/image-sink.ts';
import { withManifest } from './open-manifest.ts';
import { openSink } from './open-sink.ts';
import type { RecordSummary, RunContext } from './run.ts';
import { writeRecord } from './write-record.ts';

/** `layah record from-image`. @throws LayahError */
export async function runRecordFromImage(
  { image, output }: RecordFromImageOptions,
  context: RunContext,
): Promise<RecordSummary> {
  const files = await copyRecord(image, context);
  await writeRecord(files, output, context);
  return { fileCount: files.length };
}

/** `layah record pull`. @throws LayahError */
export async function runRecordPull(
  { image, output }: RecordFromImageOptions,
  context: RunContext,
): Promise<RecordSummary> {
  const files = await pullRecord(image, context);
  await writeRecord(files, output, context);
  return { fileCount: files.length };
}

/** `layah record push`. @throws LayahError; the destination is then as it was before. */
export async function runRecordPush(options: RecordPushOptions, context: RunContext): Promise<RecordSummary> {
  const sink = await openSink(options.output, context);
  try {
    await writeRecordImage(options, sink);
    return { fileCount: options.files.length };
  } catch (thrown) {
    await sink.abort();
    throw thrown;
  }
}

/** The files that build and convert were told to prefetch, as recorded. @throws LayahError */
export async function loadRecord(
  source: RecordSource,
  context: RunContext,
): Promise<readonly RecordedFile[]> {
  switch (source.kind) {
    case 'files':
      return source.files;
    case 'record-image':
      return pullRecord(source.image, context);
    case 'copy':
      return copyRecord(source.image, context);
    default:
      return unreachable(source);
  }
}

async function copyRecord(image: NamedImage, context: RunContext): Promise<RecordedFile[]> {
  return withManifest(image, context, (store, located) => prefetchedFiles(store, located));
}

async function pullRecord(image: NamedImage, context: RunContext): Promise<RecordedFile[]> {
  return withManifest(image, context, (store, { manifest }) => readRecordImage(store, manifest));
}

async function writeRecordImage({ files, platform, tag }: RecordPushOptions, sink: ImageSink): Promise<void> {
  const content = Buffer.from(formatRecord(files), 'utf8');
  const { blob, bytes } = await singleFileLayer(RECORD_TAR_NAME, content);
  const { config, manifest } = buildRecordImage(blob, platform);
  await sink.writeBlob({ digest: blob.digest, sizeBytes: blob.sizeBytes, content: () => [bytes] });
  const { digest, size } = config.descriptor;
  await sink.writeBlob({ digest, sizeBytes: size, content: () => [config.bytes] });
  await sink.writeManifest(manifest);
  const index = buildImageIndex({ manifest: manifest.descriptor, platform, tag });
  const dockerManifest = buildDockerManifest({ config: digest, layers: [blob.digest], tag });
  await sink.finish({ index: index.bytes, dockerManifest });
}
