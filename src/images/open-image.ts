import type { ImageLocation } from '../model/options.ts';
import { unreachable } from '../model/errors.ts';
import { type Reporter, silentReporter } from '../model/reporter.ts';
import { openArchive } from './archive-store.ts';
import { openDockerArchive } from './docker-archive-store.ts';
import { openDirectory } from './directory-store.ts';
import type { ImageStore } from './image-store.ts';
import { openRegistryImage } from './registry-store.ts';

/** What goes on around the reading of an image: a registry may have to be waited for. */
interface Run {
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
}

const UNATTENDED: Run = { signal: new AbortController().signal, reporter: silentReporter };

/**
 * @throws LayahError `bad-image` when there is nothing, or no OCI image layout, at the location; `registry` when a
 * registry does not give it.
 */
export async function openImage(location: ImageLocation, run: Run = UNATTENDED): Promise<ImageStore> {
  switch (location.kind) {
    case 'oci-archive':
      return openArchive(location.path);
    case 'docker-archive':
      return openDockerArchive(location.path);
    case 'oci-directory':
      return openDirectory(location.path);
    case 'registry':
      return openRegistryImage({ ...location, ...run, environment: process.env });
  }
  return unreachable(location);
}
