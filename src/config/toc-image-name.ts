import { TOC_IMAGE_SUFFIX } from '../model/estargz.ts';
import { MAX_TAG_CHARACTERS, parseImageReference } from '../model/image-reference.ts';
import type { OutputTarget } from '../model/options.ts';
import { usageError } from './usage-error.ts';

export interface NamedImage {
  /** A valid name, where the user gave one. */
  readonly tag: string | undefined;
  readonly output: OutputTarget;
}

/** A TOC image is found by the name of its image. @throws LayahError `usage` when there is none, or no room in it. */
export function refuseNamelessToc({ tag, output }: NamedImage): void {
  const reference = tag === undefined ? undefined : parseImageReference(tag);
  const version = typeof reference === 'object' ? (reference.tag ?? 'latest') : registryTag(output);
  if (version === undefined) {
    throw usageError(
      '--external-toc: the image has no name, by which the image with its tables of contents is found',
      'Name it with --tag, for example -t localhost/app:1.',
    );
  }
  const maxCharacters = MAX_TAG_CHARACTERS - TOC_IMAGE_SUFFIX.length;
  if (version.length <= maxCharacters) return;
  throw usageError(
    `--external-toc: ${TOC_IMAGE_SUFFIX} is appended to the tag, which is too long for that: ${version}`,
    `Choose a tag of at most ${maxCharacters} characters.`,
  );
}

function registryTag(output: OutputTarget): string | undefined {
  if (output.kind !== 'registry' || output.reference.version.kind !== 'tag') return undefined;
  return output.reference.version.tag;
}
