import { nameComponents } from '../components/assign.ts';
import type { ImageLayer, SelectedImage } from '../images/list-image.ts';
import type { StoredEntry } from '../images/stored-entries.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';
import { type ComponentLookup, createComponentLookup } from './component-lookup.ts';
import type { SourcedReading } from './read-image.ts';

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

export function comparedImage(reading: SourcedReading): ComparedImage {
  const { location, image, layers, contents, recordedNames, sourced } = reading;
  const claimed = nameComponents(sourced.scan, sourced.sources, pathsInQuestion(reading));
  const versions = new Map<string, string>();
  for (const { name, version } of sourced.sources.flatMap(({ components }) => components)) {
    if (version !== undefined && !versions.has(name)) versions.set(name, version);
  }
  const lookup = createComponentLookup(recordedNames, claimed);
  return { location, image, layers, entries: contents.entries, lookup, versions };
}

/** Of what a layer of one component holds it is known whose it is. */
function pathsInQuestion({ contents, recordedNames }: SourcedReading): Set<RootfsPath> {
  const paths = new Set<RootfsPath>();
  for (const { header, layer } of contents.entries) {
    if (header.kind !== 'directory' && recordedNames[layer]?.length !== 1) paths.add(header.path);
  }
  return paths;
}
