/*
 * Where the TOCs of layers are that have none of their own: in a TOC image, which may be another entry of the same
 * layout, the image REF-esgztoc of a registry, or one that has the image as its subject.
 */
import type { Digest } from '../model/digest.ts';
import { TOC_LAYER_DIGEST_ANNOTATION } from '../model/estargz.ts';
import { parseManifest, type ReadDescriptor } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { isIndex } from './media-type.ts';
import { readDocument } from './read-document.ts';
import { problemOf } from './read-toc.ts';

export interface TocImages {
  /** The blob with the TOC of a layer; undefined when there is none. */
  find(layer: Digest): Promise<ReadDescriptor | undefined>;
  /** Why some image could not be looked into. Grows when `find` is called. */
  readonly problems: readonly string[];
}

/** Layouts with more images than this are collections, in which nothing is looked for. */
const MAX_CANDIDATES = 100;

/** Nothing is read before the first `find`. */
export function createTocImages(store: ImageStore, image: ReadDescriptor): TocImages {
  const problems: string[] = [];
  let tocs: Promise<Map<string, ReadDescriptor>> | undefined;
  return {
    problems,
    async find(layer) {
      tocs ??= readTocs(store, image, problems);
      return (await tocs).get(layer);
    },
  };
}

async function readTocs(
  store: ImageStore,
  image: ReadDescriptor,
  problems: string[],
): Promise<Map<string, ReadDescriptor>> {
  const tocs = new Map<string, ReadDescriptor>();
  for (const candidate of await candidates(store, image)) {
    try {
      const where = `the manifest ${candidate.digest}`;
      const { layers } = parseManifest(await readDocument(store, candidate), where);
      for (const toc of layers) {
        const layer = toc.annotations?.[TOC_LAYER_DIGEST_ANNOTATION];
        if (layer !== undefined && !tocs.has(layer)) tocs.set(layer, toc);
      }
    } catch (thrown) {
      problems.push(problemOf(thrown));
    }
  }
  return tocs;
}

async function candidates(store: ImageStore, image: ReadDescriptor): Promise<readonly ReadDescriptor[]> {
  const related = (await store.relatedImages?.(image.digest)) ?? (await store.readIndex()).manifests;
  return related
    .filter((descriptor) => descriptor.digest !== image.digest && !isIndex(descriptor))
    .slice(0, MAX_CANDIDATES);
}
