import { unreachable } from '../model/errors.ts';
import type { ImageLocation, OutputTarget, RegistryImage } from '../model/options.ts';
import { fileDestination, streamDestination } from '../output/destination.ts';
import type { ImageSink } from '../output/image-sink.ts';
import { ociArchiveSink } from '../output/oci-archive.ts';
import { ociDirectorySink } from '../output/oci-directory.ts';
import type { RunContext } from './run.ts';

/**
 * Opens the destination before any work is done, so that a bad one fails at once.
 * @param source where the image comes from: a registry need not be sent what it has already.
 */
export async function openSink(
  target: OutputTarget,
  context: RunContext,
  source?: ImageLocation,
): Promise<ImageSink> {
  const { stdout, signal, reporter } = context;
  switch (target.kind) {
    case 'stdout':
      return ociArchiveSink(streamDestination(stdout, signal), signal);
    case 'oci-archive':
      return ociArchiveSink(await fileDestination(target.path), signal);
    case 'oci-directory':
      return ociDirectorySink({ directory: target.path, replace: target.replace });
    case 'registry': {
      // Loaded when it is wanted, with the registry client that it brings.
      const { openRegistrySink } = await import('../output/registry-sink.ts');
      return openRegistrySink({
        ...target,
        ...mountFrom(target, source),
        environment: process.env,
        reporter,
        signal,
      });
    }
    default:
      return unreachable(target);
  }
}

function mountFrom(target: RegistryImage, source: ImageLocation | undefined): { mountFrom?: string } {
  if (source?.kind !== 'registry' || source.reference.host !== target.reference.host) return {};
  return { mountFrom: source.reference.repository };
}
