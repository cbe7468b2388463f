import type { ImageLocation } from '../model/options.ts';
import { unreachable } from '../model/errors.ts';
import { openArchive } from './archive-store.ts';
import { openDirectory } from './directory-store.ts';
import type { ImageStore } from './image-store.ts';

/** @throws LayahError `bad-image` when there is nothing, or no OCI image layout, at the location. */
export async function openImage(location: ImageLocation): Promise<ImageStore> {
  switch (location.kind) {
    case 'oci-archive':
      return openArchive(location.path);
    case 'oci-directory':
      return openDirectory(location.path);
  }
  return unreachable(location);
}
