import { LayahError } from './errors.ts';

declare const digestBrand: unique symbol;
declare const diffIdBrand: unique symbol;

/** `sha256:<64 hex>` of bytes as stored: a blob, a manifest, a TOC, a file's content. */
export type Digest = string & { readonly [digestBrand]: true };

/** `sha256:<64 hex>` of a layer's uncompressed tar stream (image-spec config.md, "Layer DiffID"). */
export type DiffId = string & { readonly [diffIdBrand]: true };

const SHA256_PATTERN = /^sha256:[0-9a-f]{64}$/;

/** @throws LayahError `bad-image` when the text is not a SHA-256 digest in lower case. */
export function parseDigest(text: string): Digest {
  if (!SHA256_PATTERN.test(text)) throw notADigest(text);
  return text as Digest;
}

/** @throws LayahError `bad-image` when the text is not a SHA-256 digest in lower case. */
export function parseDiffId(text: string): DiffId {
  if (!SHA256_PATTERN.test(text)) throw notADigest(text);
  return text as DiffId;
}

export function isDigest(text: string): text is Digest {
  return SHA256_PATTERN.test(text);
}

/** The 64 hex digits, which name a blob's file in an OCI layout. */
export function digestHex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

function notADigest(text: string): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `not a SHA-256 digest: ${JSON.stringify(text.slice(0, 100))}`,
    hint: 'Only sha256 digests are supported.',
  });
}
