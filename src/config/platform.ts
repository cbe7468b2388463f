import type { Platform } from '../model/image-config.ts';
import { parseArchitecture } from './architecture.ts';
import { usageError } from './usage-error.ts';

/** `OS/ARCH[/VARIANT]`, with all the names of architectures that are in use. @throws LayahError `usage` */
export function parsePlatform(text: string): Platform {
  const [os = '', name = '', variant, ...rest] = text.split('/');
  if (!/^[a-z0-9]+$/.test(os) || name === '' || variant === '' || rest.length > 0) {
    throw usageError(
      `--platform: ${JSON.stringify(text)} is not OS/ARCH or OS/ARCH/VARIANT`,
      'Write for example linux/arm64 or linux/arm/v7.',
    );
  }
  const { architecture } = parseArchitecture(name, '--platform');
  return { os, architecture, ...(variant !== undefined && { variant }) };
}
