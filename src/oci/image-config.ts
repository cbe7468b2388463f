import type { DiffId } from '../model/digest.ts';
import type { SourceImage } from '../model/image-config.ts';
import { type JsonBlob, jsonBlob } from './descriptor.ts';
import { CONFIG_MEDIA_TYPE } from './media-types.ts';
import { sortedJson } from './sorted-json.ts';
import { formatTimestamp } from './timestamp.ts';

export interface ConfigLayer {
  readonly diffId: DiffId;
  readonly componentNames: readonly string[];
}

export interface ImageConfigInput {
  readonly image: SourceImage;
  readonly createdSeconds: number;
  /** Bottom layer first. */
  readonly layers: readonly ConfigLayer[];
}

/** Longest comment of a history entry, in characters; the layer's annotation has the whole list. */
const MAX_COMMENT_CHARACTERS = 200;

/**
 * The image config document (image-spec, config.md): every field that came in, new layers and new history.
 * @throws LayahError `bad-config` for a creation time that RFC 3339 cannot write.
 */
export function buildImageConfig(input: ImageConfigInput): JsonBlob {
  const { image, layers } = input;
  const created = formatTimestamp(input.createdSeconds);
  return jsonBlob(CONFIG_MEDIA_TYPE, {
    created,
    architecture: image.platform.architecture,
    ...(image.platform.variant !== undefined && { variant: image.platform.variant }),
    os: image.platform.os,
    ...sortedJson(image.document),
    config: sortedJson(image.runtimeConfig ?? {}),
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((layer) => ({
      created,
      created_by: 'layah',
      comment: historyComment(layer.componentNames),
    })),
  });
}

/** As many names as fit, at least one, then how many more there are. */
export function historyComment(names: readonly string[]): string {
  const whole = names.join(', ');
  if (whole.length <= MAX_COMMENT_CHARACTERS) return whole;
  const shown = [shortenName(names[0] ?? '')];
  let length = shown[0]?.length ?? 0;
  for (const name of names.slice(1)) {
    length += name.length + 2;
    if (length > MAX_COMMENT_CHARACTERS) break;
    shown.push(name);
  }
  const hidden = names.length - shown.length;
  return hidden === 0 ? shown.join(', ') : `${shown.join(', ')} and ${hidden} more`;
}

/** Cut between code points, so that no half of a surrogate pair is left. */
function shortenName(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_COMMENT_CHARACTERS) return name;
  return `${characters.slice(0, MAX_COMMENT_CHARACTERS).join('')}...`;
}
