import { unreachable } from '../model/errors.ts';
import type { OutputTarget } from '../model/options.ts';
import { fileDestination, streamDestination } from '../output/destination.ts';
import type { ImageSink } from '../output/image-sink.ts';
import { ociArchiveSink } from '../output/oci-archive.ts';
import { ociDirectorySink } from '../output/oci-directory.ts';
import type { RunContext } from './run.ts';

/** Opens the destination before any work is done, so that a bad one fails at once. */
export async function openSink(target: OutputTarget, { stdout, signal }: RunContext): Promise<ImageSink> {
  switch (target.kind) {
    case 'stdout':
      return ociArchiveSink(streamDestination(stdout, signal), signal);
    case 'oci-archive':
      return ociArchiveSink(await fileDestination(target.path), signal);
    case 'oci-directory':
      return ociDirectorySink({ directory: target.path, replace: target.replace });
    default:
      return unreachable(target);
  }
}
