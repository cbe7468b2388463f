import { TOC_IMAGE_SUFFIX } from './estargz.ts';

/** A name with an optional tag, as `podman tag` and `docker tag` take it. */
export interface ImageReference {
  /** `localhost`, `quay.io`, `127.0.0.1:5000`; undefined for a short name such as `app:1`. */
  readonly domain: string | undefined;
  readonly path: string;
  readonly tag: string | undefined;
}

// The grammar of distribution/reference (regexp.go).
const DOMAIN_NAME = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DOMAIN = new RegExp(`^(?:${DOMAIN_NAME}(?:\\.${DOMAIN_NAME})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH_NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
export const MAX_TAG_CHARACTERS = 128;
const MAX_NAME_CHARACTERS = 255;

/** @returns the parts, or one clause that says what is wrong with the text. */
export function parseImageReference(text: string): ImageReference | string {
  if (text === '') return 'it is empty';
  if (text.includes('@')) return 'a digest cannot be chosen, only a name and a tag';
  const colon = text.lastIndexOf(':');
  const tagged = colon > text.lastIndexOf('/');
  const name = tagged ? text.slice(0, colon) : text;
  const tag = tagged ? text.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) {
    return `the tag ${JSON.stringify(tag)} is not 1 to 128 letters, digits, ".", "_" and "-", not beginning with "." or "-"`;
  }
  return parseName(name, tag);
}

/**
 * The name under which containerd and Docker keep the image: they look images up by their full name only, and
 * store what an archive says verbatim. Undefined for a short name: Docker would mean docker.io/library/app:1 by it,
 * podman localhost/app:1.
 */
export function containerdImageName(reference: ImageReference): string | undefined {
  const { domain, path, tag = 'latest' } = reference;
  if (domain === undefined) return undefined;
  const official = domain === 'docker.io' && !path.includes('/');
  return `${domain}/${official ? 'library/' : ''}${path}:${tag}`;
}

/** The name of the TOC image that belongs to an image. Of a valid name. */
export function tocImageName(text: string): string {
  const reference = parseImageReference(text);
  const hasTag = typeof reference !== 'string' && reference.tag !== undefined;
  return `${text}${hasTag ? '' : ':latest'}${TOC_IMAGE_SUFFIX}`;
}

function parseName(name: string, tag: string | undefined): ImageReference | string {
  if (name.length > MAX_NAME_CHARACTERS) return `the name is longer than ${MAX_NAME_CHARACTERS} characters`;
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const domain = isDomain(first) ? first : undefined;
  if (domain !== undefined && !DOMAIN.test(domain))
    return `${JSON.stringify(domain)} is not the name of a registry`;
  const path = domain === undefined ? name : name.slice(slash + 1);
  if (/[A-Z]/.test(path)) return 'the name has upper-case letters, only its tag may';
  if (!path.split('/').every((part) => PATH_NAME.test(part))) {
    return `${JSON.stringify(path)} is not lower-case letters and digits, joined by ".", "_", "-" or "/"`;
  }
  return { domain, path, tag };
}

/** What stands before the first slash is a registry only when it cannot be the beginning of a path. */
function isDomain(first: string): boolean {
  return first === 'localhost' || /[.:A-Z]/.test(first);
}
