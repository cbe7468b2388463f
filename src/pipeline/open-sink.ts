import { unreachable } from '../model/errors.ts';
import type { OutputTarget } from '../model/options.ts';
import { fileDestination, streamDestination } from '../output/destination.ts';
import type { ImageSink } from '../output/image-sink.ts';
import { ociArchiveSink } from '../output/oci-archive.ts';
import { ociDirectorySink } from '../output/oci-directory.ts';
import { openRegistrySink } from '../output/registry-sink.ts';
import type { RunContext } from './run.ts';

/** Opens the destination before any work is done, so that a bad one fails at once. */
export async function openSink(target: OutputTarget, context: RunContext): Promise<ImageSink> {
  const { stdout, signal, reporter } = context;
  switch (target.kind) {
    case 'stdout':
      return ociArchiveSink(streamDestination(stdout, signal), signal);
    case 'oci-archive':
      return ociArchiveSink(await fileDestination(target.path), signal);
    case 'oci-directory':
      return ociDirectorySink({ directory: target.path, replace: target.replace });
    case 'registry':
      return openRegistrySink({ ...target, environment: process.env, reporter, signal });
    default:
      return unreachable(target);
  }
}
