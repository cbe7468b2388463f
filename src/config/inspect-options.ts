import type { InspectOptions } from '../model/inspect-options.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseHtmlPath } from './html-path.ts';
import { parseImageSelection, type SelectionFlags } from './image-selection.ts';
import type { Machine } from './machine.ts';
import { parseReadLimits, type ReadLimitFlags } from './read-limits.ts';
import { refuseUnusedRegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

/** The arguments of `layah inspect` as given; undefined where they were not. */
export interface RawInspectFlags extends SelectionFlags, ReadLimitFlags {
  readonly image: string;
  readonly files: string | undefined;
  readonly component: string | undefined;
  readonly databases: boolean;
  readonly html: string | undefined;
}

/** Every option of `layah inspect`, frozen. @throws LayahError `usage` */
export function parseInspectOptions(raw: RawInspectFlags, machine: Machine): InspectOptions {
  if (raw.component === '') throw usageError('--component: the name of the component is empty');
  const image = parseImageSelection({ name: 'IMAGE', text: raw.image }, raw, machine);
  refuseUnusedRegistryFlags(raw, [image.location]);
  const htmlPath = parseHtmlPath(raw.html, machine);
  return deepFreeze({
    image,
    files: raw.files === undefined ? undefined : parseGlob(raw.files),
    component: raw.component,
    // A map without components would say little.
    readsDatabases: raw.databases || raw.component !== undefined || htmlPath !== undefined,
    htmlPath,
    ...parseReadLimits(raw),
  });
}

function parseGlob(text: string): string[] {
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (text !== '' && !segments.includes('..')) return segments;
  throw usageError(
    `--files: ${JSON.stringify(text)} is no path of an image`,
    "Write a path or a glob from the image's root on, such as /etc or '/usr/**/*.so'.",
  );
}
