import type { Platform } from './image-config.ts';

/** The platform of a document that says more, or an empty variant. */
export function platformOf({ os, architecture, variant }: PlatformFields): Platform {
  return { os, architecture, ...(variant !== undefined && variant !== '' && { variant }) };
}

interface PlatformFields {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** As `--platform` takes it. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** A pattern without a variant matches all of them. */
export function matchesPlatform(pattern: Platform): (platform: Platform) => boolean {
  return (platform) =>
    pattern.os === platform.os &&
    pattern.architecture === platform.architecture &&
    (pattern.variant === undefined || pattern.variant === (platform.variant ?? defaultVariant(platform)));
}

/** What every such machine is at least (containerd, platforms/database.go). */
function defaultVariant({ architecture }: Platform): string | undefined {
  if (architecture === 'arm64') return 'v8';
  return architecture === 'arm' ? 'v7' : undefined;
}
