import type { ImageLayer, SelectedImage } from '../images/list-image.ts';
import type { StoredEntry } from '../images/stored-entries.ts';
import type { ComponentLookup } from './component-lookup.ts';
import type { ClaimedReading } from './read-image.ts';

/** What a comparison needs of an image. Two are in memory at once, so their trees and what sources say of them are not. */
export interface ComparedImage {
  readonly location: string;
  readonly image: SelectedImage;
  readonly layers: readonly ImageLayer[];
  readonly entries: readonly StoredEntry[];
  readonly lookup: ComponentLookup;
  /** Of components, where a package database has them. */
  readonly versions: ReadonlyMap<string, string>;
}

export function comparedImage(reading: ClaimedReading): ComparedImage {
  const { location, image, layers, contents, lookup, claimed } = reading;
  const versions = new Map(
    claimed.components.flatMap(({ name, version }) =>
      version === undefined ? [] : [[name, version] as const],
    ),
  );
  return { location, image, layers, entries: contents.entries, lookup, versions };
}
