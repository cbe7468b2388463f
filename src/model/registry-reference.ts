import { type Digest, isDigest } from './digest.ts';
import { parseImageReference } from './image-reference.ts';

/** Which of the images in a repository. */
export type ImageVersion =
  { readonly kind: 'tag'; readonly tag: string } | { readonly kind: 'digest'; readonly digest: Digest };

/** An image in a registry: what follows `docker://`, with the defaults filled in. */
export interface RegistryReference {
  /** As users write it: `docker.io`, `quay.io`, `127.0.0.1:5000`. */
  readonly host: string;
  readonly repository: string;
  readonly version: ImageVersion;
}

/** How a registry is reached. */
export interface RegistryAccess {
  /** False: any certificate is taken, and plain HTTP where there is no TLS. */
  readonly tlsVerify: boolean;
  /** The only file in which to look for credentials; undefined for the usual ones. */
  readonly authFile: string | undefined;
}

const DEFAULT_HOST = 'docker.io';
const DEFAULT_TAG = 'latest';

/**
 * `[HOST/]NAME[:TAG | @sha256:...]`. A name without a host is one of docker.io and a tag that is not there is
 * `latest`, as for every program that knows `docker://` (containers-transports(5)).
 * @returns the parts, or one clause that says what is wrong with the text.
 */
export function parseRegistryReference(text: string): RegistryReference | string {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const parsed = parseImageReference(at < 0 ? text : text.slice(0, at));
  if (typeof parsed === 'string') return parsed;
  const { domain = DEFAULT_HOST, path, tag } = parsed;
  const host = domain === 'index.docker.io' ? DEFAULT_HOST : domain;
  const repository = host === DEFAULT_HOST && !path.includes('/') ? `library/${path}` : path;
  if (digest === undefined) return { host, repository, version: { kind: 'tag', tag: tag ?? DEFAULT_TAG } };
  if (tag !== undefined) return 'it has both a tag and a digest';
  if (!isDigest(digest)) return 'what follows the @ is no SHA-256 digest';
  return { host, repository, version: { kind: 'digest', digest } };
}

/** For messages and commands: every part is written out. */
export function formatRegistryReference({ host, repository, version }: RegistryReference): string {
  return `${host}/${repository}${version.kind === 'tag' ? `:${version.tag}` : `@${version.digest}`}`;
}
