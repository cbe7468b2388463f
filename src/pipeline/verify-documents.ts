/*
 * The JSON of an image: reads manifest and image config, reports what contradicts what.
 */
import { hash } from 'node:crypto';
import type { ImageStore } from '../images/image-store.ts';
import { readUnverified } from '../images/read-document.ts';
import { recordedProblem } from '../images/recorded-layers.ts';
import type { DiffId } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { Finding, FindingCode } from '../model/finding.ts';
import { CONFIG_MEDIA_TYPES, MANIFEST_MEDIA_TYPE } from '../oci/media-types.ts';
import {
  parseImageConfig,
  parseManifest,
  type ReadDescriptor,
  type ReadImageConfig,
  type ReadManifest,
} from '../oci/schemas.ts';
import type { FindingList } from './verify-findings.ts';

const MANIFEST_MEDIA_TYPES = new Set<string>([
  MANIFEST_MEDIA_TYPE,
  'application/vnd.docker.distribution.manifest.v2+json',
]);

/** What a document is, and so which code its damage has. */
export type DocumentKind = 'index' | 'manifest' | 'config';

const DIGEST_CODES = {
  index: 'index',
  manifest: 'manifest-digest',
  config: 'config-digest',
} as const satisfies Record<DocumentKind, FindingCode>;

export interface CheckedDocument {
  readonly bytes: Buffer;
  readonly hasRightDigest: boolean;
}

/**
 * Reads a blob whatever its content is; a digest or size that is not the descriptor's is a finding.
 * @returns undefined when it is not there, which is one too.
 * @throws LayahError `bad-image` when it is too large to be read.
 */
export async function readChecked(
  store: ImageStore,
  { kind, descriptor }: { readonly kind: DocumentKind; readonly descriptor: ReadDescriptor },
  findings: FindingList,
): Promise<CheckedDocument | undefined> {
  const subject = descriptor.digest;
  if ((await store.size(subject)) === undefined) {
    findings.add({ code: 'missing-blob', subject, message: `the ${NAMES[kind]} is not in the image` });
    return undefined;
  }
  const bytes = await readUnverified(store, descriptor);
  const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
  const hasRightDigest = digest === subject;
  if (!hasRightDigest) {
    findings.add({ code: DIGEST_CODES[kind], subject, message: `the ${NAMES[kind]} has ${digest}` });
  }
  if (bytes.length !== descriptor.size) {
    const message = `the ${NAMES[kind]} has ${bytes.length} bytes, its descriptor says ${descriptor.size}`;
    findings.add({ code: 'blob-size', subject, message });
  }
  return { bytes, hasRightDigest };
}

const NAMES: Readonly<Record<DocumentKind, string>> = {
  index: 'index',
  manifest: 'manifest',
  config: 'image config',
};

/**
 * @returns undefined when it is missing, or unreadable because it is not the document that its digest names: that is a
 * finding.
 * @throws LayahError `bad-image` when it was never a manifest.
 */
export async function readManifest(
  store: ImageStore,
  descriptor: ReadDescriptor,
  findings: FindingList,
): Promise<ReadManifest | undefined> {
  const read = await readChecked(store, { kind: 'manifest', descriptor }, findings);
  if (read === undefined) return undefined;
  try {
    const manifest = parseManifest(read.bytes, `the manifest ${descriptor.digest}`);
    checkManifest(manifest, descriptor, findings);
    return manifest;
  } catch (thrown) {
    if (!read.hasRightDigest) return undefined;
    throw thrown;
  }
}

function checkManifest(manifest: ReadManifest, descriptor: ReadDescriptor, findings: FindingList): void {
  const add = (code: Finding['code'], subject: string, message: string) =>
    findings.add({ code, subject, message });
  const { digest, mediaType } = descriptor;
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType) {
    add(
      'index',
      digest,
      `the manifest has the media type ${manifest.mediaType}, the index says ${mediaType}`,
    );
  }
  if (!MANIFEST_MEDIA_TYPES.has(manifest.mediaType ?? mediaType))
    add('media-type', digest, `${mediaType} is not that of a manifest`);
  const { config } = manifest;
  if (!CONFIG_MEDIA_TYPES.has(config.mediaType)) {
    add('media-type', config.digest, `${config.mediaType} is not that of an image config`);
  }
  for (const layer of manifest.layers) {
    const problem = recordedProblem(layer);
    if (problem !== undefined) add('annotation', layer.digest, problem);
  }
}

/** The diff IDs, bottom layer first; empty when the config is of no use, which is a finding. */
export async function readDiffIds(
  store: ImageStore,
  image: { readonly manifest: ReadManifest; readonly descriptor: ReadDescriptor },
  findings: FindingList,
): Promise<readonly DiffId[]> {
  const { config: descriptor, layers } = image.manifest;
  const report = (message: string) => findings.add({ code: 'config', subject: descriptor.digest, message });
  let read: CheckedDocument | undefined;
  try {
    read = await readChecked(store, { kind: 'config', descriptor }, findings);
    if (read === undefined) return [];
    const config = parseImageConfig(read.bytes, 'the image config');
    checkConfig(config, layers.length, report);
    if (read.hasRightDigest) checkPlatform(config, image.descriptor, findings);
    return config.rootfs.diff_ids;
  } catch (thrown) {
    if (!(thrown instanceof LayahError) || thrown.code !== 'bad-image') throw thrown;
    // A damaged config need not be one.
    if (read?.hasRightDigest !== false) report(thrown.message);
    return [];
  }
}

function checkConfig(config: ReadImageConfig, layerCount: number, report: (message: string) => void): void {
  const diffIdCount = config.rootfs.diff_ids.length;
  if (diffIdCount !== layerCount) {
    report(`it has ${diffIdCount} diff IDs, the manifest has ${layerCount} layers`);
  }
  // History is optional.
  const history = config.history ?? [];
  const writtenCount = history.filter((step) => step.empty_layer !== true).length;
  if (history.length > 0 && writtenCount !== layerCount) {
    report(`its history has ${writtenCount} steps that made a layer, the manifest has ${layerCount} layers`);
  }
}

/** The config has the digest that leads to it, so it is the index that is wrong. */
function checkPlatform(
  config: ReadImageConfig,
  { platform, digest }: ReadDescriptor,
  findings: FindingList,
): void {
  if (platform === undefined) return;
  const names = (of: { os: string; architecture: string; variant?: string | undefined }) =>
    [of.os, of.architecture, ...(hasVariants ? [of.variant] : [])].join('/');
  // Few configs have the variant that the index has.
  const hasVariants = (config.variant ?? '') !== '' && (platform.variant ?? '') !== '';
  const [ofConfig, ofIndex] = [names(config), names(platform)];
  if (ofConfig === ofIndex) return;
  const message = `the image is for ${ofConfig}, the index says ${ofIndex}`;
  findings.add({ code: 'index', subject: digest, message });
}
