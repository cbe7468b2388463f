import type { ImageSelection } from '../model/inspect-options.ts';
import { machineArchitecture } from './architecture.ts';
import type { Machine } from './machine.ts';
import { type NamedImage, parseImageLocation, splitTag } from './output-target.ts';
import { parsePlatform } from './platform.ts';
import type { RegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

export interface SelectionFlags extends RegistryFlags {
  /** `--tag`; what may stand behind the location says the same. */
  readonly tag: string | undefined;
  readonly platform: string | undefined;
}

/**
 * An image to look into: `oci:DIR:TAG`, `docker://REF`... @param image names the argument in errors.
 * @throws LayahError `usage`
 */
export function parseImageSelection(
  image: NamedImage,
  flags: SelectionFlags,
  machine: Machine,
): ImageSelection {
  const { location: text, tag } = splitTag(image.text);
  const location = parseImageLocation({ name: image.name, text }, flags, machine);
  if (tag !== undefined && flags.tag !== undefined) {
    throw usageError(
      `--tag: ${image.name} has a tag already: ${JSON.stringify(tag)}`,
      'Leave one of them out.',
    );
  }
  if (flags.tag !== undefined && location.kind === 'registry') {
    throw usageError(`--tag: the image is already named by ${image.name}`, 'Leave --tag out.');
  }
  return {
    location,
    tag: tag ?? flags.tag,
    platform: flags.platform === undefined ? undefined : parsePlatform(flags.platform),
    machinePlatform: { os: 'linux', ...machineArchitecture(machine.architecture) },
  };
}
