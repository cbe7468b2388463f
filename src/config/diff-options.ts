import type { DiffOptions, DownloadLimit } from '../model/inspect-options.ts';
import { parseByteSize } from './byte-size.ts';
import { CHUNK_RANGE } from './chunk-options.ts';
import { deepFreeze } from './deep-freeze.ts';
import { parseHtmlPath } from './html-path.ts';
import { parseImageSelection, type SelectionFlags } from './image-selection.ts';
import type { Machine } from './machine.ts';
import { parseReadLimits, type ReadLimitFlags } from './read-limits.ts';
import { refuseUnusedRegistryFlags } from './registry-location.ts';
import { usageError } from './usage-error.ts';

/** The arguments of `layah diff` as given; undefined where they were not. */
export interface RawDiffFlags extends Omit<SelectionFlags, 'tag'>, ReadLimitFlags {
  readonly old: string;
  readonly new: string;
  readonly files: boolean;
  readonly contentDefined: string | undefined;
  readonly failAbove: string | undefined;
  readonly html: string | undefined;
}

/** Every option of `layah diff`, frozen. @throws LayahError `usage` */
export function parseDiffOptions(raw: RawDiffFlags, machine: Machine): DiffOptions {
  const flags = { ...raw, tag: undefined };
  const old = parseImageSelection({ name: 'OLD', text: raw.old }, flags, machine);
  const updated = parseImageSelection({ name: 'NEW', text: raw.new }, flags, machine);
  refuseUnusedRegistryFlags(raw, [old.location, updated.location]);
  return deepFreeze({
    old,
    new: updated,
    listsFiles: raw.files,
    contentDefinedBytes:
      raw.contentDefined === undefined
        ? undefined
        : parseByteSize('--content-defined', raw.contentDefined, CHUNK_RANGE),
    failAbove: raw.failAbove === undefined ? undefined : parseDownloadLimit(raw.failAbove),
    htmlPath: parseHtmlPath(raw.html, machine),
    ...parseReadLimits(raw),
  });
}

/** `20%`, `12.5 %` or a number of bytes. */
function parseDownloadLimit(text: string): DownloadLimit {
  const [, percent] = /^(\d{1,3}(?:\.\d{1,3})?) ?%$/.exec(text) ?? [];
  if (percent !== undefined && Number(percent) <= 100) return { kind: 'percent', percent: Number(percent) };
  if (text.includes('%')) {
    throw usageError(
      `--fail-above: ${JSON.stringify(text)} is not between 0% and 100%`,
      'Write for example 20% or 50MiB.',
    );
  }
  const range = { minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };
  return { kind: 'bytes', bytes: parseByteSize('--fail-above', text, range) };
}
