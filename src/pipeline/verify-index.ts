/*
 * `index.json` is the one file of a layout that no digest covers: damage in it shows only where it contradicts itself.
 */
import type { ImageStore } from '../images/image-store.ts';
import { INDEX_FILE } from '../images/layout-file.ts';
import { isIndex } from '../images/media-type.ts';
import { CONTAINERD_NAME_ANNOTATION, REF_NAME_ANNOTATION } from '../model/annotations.ts';
import { editDistance } from '../model/edit-distance.ts';
import { LayahError } from '../model/errors.ts';
import { containerdImageName, parseImageReference } from '../model/image-reference.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { FindingList } from './verify-findings.ts';

export async function checkTopIndex(store: ImageStore, findings: FindingList): Promise<void> {
  const report = (message: string, subject: string = INDEX_FILE) =>
    findings.add({ code: 'index', subject, message });
  try {
    const { mediaType, manifests, ...rest } = await store.readIndex();
    if (mediaType !== undefined && !isIndex({ mediaType })) report(`${mediaType} is not that of an index`);
    for (const problem of misspelled(rest, INDEX_MEMBERS)) report(problem);
    for (const descriptor of manifests) {
      for (const problem of descriptorProblems(descriptor)) report(problem, descriptor.digest);
    }
  } catch (thrown) {
    if (!(thrown instanceof LayahError) || thrown.code !== 'bad-image') throw thrown;
    report(thrown.message);
  }
}

// image-spec, image-index.md and descriptor.md
const INDEX_MEMBERS = ['schemaVersion', 'mediaType', 'artifactType', 'manifests', 'subject', 'annotations'];
const DESCRIPTOR_MEMBERS = ['mediaType', 'digest', 'size', 'annotations', 'artifactType', 'platform'];
const PLATFORM_MEMBERS = ['architecture', 'os', 'os.version', 'os.features', 'variant', 'features'];
const NAME_ANNOTATIONS = [REF_NAME_ANNOTATION, CONTAINERD_NAME_ANNOTATION];

function descriptorProblems(descriptor: ReadDescriptor): string[] {
  const { platform, annotations } = descriptor;
  return [
    ...misspelled(descriptor, DESCRIPTOR_MEMBERS),
    ...misspelled(platform ?? {}, PLATFORM_MEMBERS),
    ...misspelled(annotations ?? {}, NAME_ANNOTATIONS),
    ...nameProblems(annotations ?? {}),
  ];
}

/** Everyone passes over members that they do not know, and so over a damaged one. */
function misspelled(object: object, known: readonly string[]): string[] {
  return Object.keys(object).flatMap((name) => {
    const meant = known.find((each) => each.length === name.length && editDistance(each, name) === 1);
    return meant === undefined ? [] : [`it has ${JSON.stringify(name)}, which should be ${meant}`];
  });
}

/** The name for containerd is the whole reference where the other may be only its tag. */
function nameProblems({
  [REF_NAME_ANNOTATION]: refName,
  [CONTAINERD_NAME_ANNOTATION]: fullName,
}: Readonly<Record<string, string>>): string[] {
  if (refName === undefined || fullName === undefined || fullName.includes(refName)) return [];
  const reference = parseImageReference(refName);
  if (typeof reference !== 'string' && containerdImageName(reference) === fullName) return [];
  return [`the image is called both ${JSON.stringify(refName)} and ${JSON.stringify(fullName)}`];
}
