import { parseImageReference } from '../model/image-reference.ts';
import { usageError } from './usage-error.ts';

/** @returns the text itself. @throws LayahError `usage` when it is no image reference. */
export function parseTag(text: string): string {
  const reference = parseImageReference(text);
  if (typeof reference !== 'string') return text;
  throw usageError(
    `--tag: ${JSON.stringify(text)} is not a name for an image: ${reference}`,
    'Write NAME:TAG or REGISTRY/NAME:TAG, for example localhost/app:1.',
  );
}
