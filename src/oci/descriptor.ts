import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../model/digest.ts';
import type { Platform } from '../model/image-config.ts';

/** image-spec, descriptor.md; the members in the order in which they are written. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  /** Of a manifest: what it is for. Where it does not say, the media type of its config. */
  readonly artifactType?: string;
}

/** A JSON document that is stored as a blob. */
export interface JsonBlob {
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
}

/** Compact JSON: the member order of `document` is the order in the bytes. */
export function jsonBlob(mediaType: string, document: object): JsonBlob {
  return describeJson(mediaType, encodeJson(document));
}

/** A JSON document that others wrote. */
export function describeJson(mediaType: string, bytes: Uint8Array): JsonBlob {
  const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  return { bytes, descriptor: { mediaType, digest, size: bytes.byteLength } };
}

function encodeJson(document: object): Uint8Array {
  return Buffer.from(JSON.stringify(document), 'utf8');
}
