import type { ImageLocation, OutputTarget, RegistryImage } from '../model/options.ts';
import { parseRegistryReference } from '../model/registry-reference.ts';
import { usageError } from './usage-error.ts';

export const REGISTRY_PREFIX = 'docker://';

export interface RegistryFlags {
  readonly tlsVerify: string | undefined;
  readonly authFile: string | undefined;
}

/**
 * `docker://[HOST/]NAME[:TAG | @DIGEST]`.
 * @param name begins the message of an error.
 * @throws LayahError `usage`
 */
export function parseRegistryLocation(name: string, text: string, flags: RegistryFlags): RegistryImage {
  const reference = parseRegistryReference(text.slice(REGISTRY_PREFIX.length));
  if (typeof reference === 'string') {
    throw usageError(
      `${name}: what follows docker:// is no image in a registry: ${reference}`,
      'Write docker://REGISTRY/NAME:TAG, for example docker://quay.io/me/app:1.',
    );
  }
  if (flags.authFile === '') throw usageError('--authfile: the path is empty');
  return {
    kind: 'registry',
    reference,
    access: { tlsVerify: parseTlsVerify(flags.tlsVerify), authFile: flags.authFile },
  };
}

/** @throws LayahError `usage` when a flag is there that only a registry has a use for, and none of the images is in one. */
export function refuseUnusedRegistryFlags(
  { tlsVerify, authFile }: RegistryFlags,
  images: readonly (ImageLocation | OutputTarget)[],
): void {
  if (images.some(({ kind }) => kind === 'registry')) return;
  const flag = tlsVerify === undefined ? '--authfile' : '--tls-verify';
  if (tlsVerify === undefined && authFile === undefined) return;
  throw usageError(`${flag} means something only together with docker://`, `Leave ${flag} out.`);
}

function parseTlsVerify(text: string | undefined): boolean {
  if (text === undefined || text === 'true') return true;
  if (text === 'false') return false;
  throw usageError(`--tls-verify: ${JSON.stringify(text)} is neither true nor false`);
}
