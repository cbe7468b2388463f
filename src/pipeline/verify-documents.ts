/*
 * The JSON of an image: reads manifest and image config, reports what contradicts what.
 */
import { hash } from 'node:crypto';
import type { ImageStore } from '../images/image-store.ts';
import { readUnverified } from '../images/read-document.ts';
import { COMPONENT_ANNOTATION, decodeComponentNames } from '../model/annotations.ts';
import type { DiffId } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { CONFIG_MEDIA_TYPE, MANIFEST_MEDIA_TYPE } from '../oci/media-types.ts';
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
const CONFIG_MEDIA_TYPES = new Set<string>([
  CONFIG_MEDIA_TYPE,
  'application/vnd.docker.container.image.v1+json',
]);

/** Reads a blob whatever its content is; a digest or size that is not the descriptor's is a finding. */
export async function readChecked(
  store: ImageStore,
  descriptor: ReadDescriptor,
  findings: FindingList,
): Promise<Buffer> {
  const bytes = await readUnverified(store, descriptor);
  const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
  const subject = descriptor.digest;
  if (digest !== descriptor.digest)
    findings.add({ code: 'blob-digest', subject, message: `the blob has ${digest}` });
  if (bytes.length !== descriptor.size) {
    const message = `the blob has ${bytes.length} bytes, its descriptor says ${descriptor.size}`;
    findings.add({ code: 'blob-size', subject, message });
  }
  return bytes;
}

/**
 * @returns undefined when it is unreadable because it is not the document that its digest names, which is a finding.
 * @throws LayahError `bad-image` when it is missing, or was never a manifest.
 */
export async function readManifest(
  store: ImageStore,
  descriptor: ReadDescriptor,
  findings: FindingList,
): Promise<ReadManifest | undefined> {
  const findingsBefore = findings.list().length;
  const bytes = await readChecked(store, descriptor, findings);
  try {
    const manifest = parseManifest(bytes, `the manifest ${descriptor.digest}`);
    checkManifest(manifest, descriptor, findings);
    return manifest;
  } catch (thrown) {
    if (findings.list().length > findingsBefore) return undefined;
    throw thrown;
  }
}

function checkManifest(manifest: ReadManifest, descriptor: ReadDescriptor, findings: FindingList): void {
  const add = (code: Finding['code'], subject: string, message: string) =>
    findings.add({ code, subject, message });
  const { digest, mediaType } = descriptor;
  if (!MANIFEST_MEDIA_TYPES.has(mediaType))
    add('media-type', digest, `${mediaType} is not that of a manifest`);
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType) {
    add('media-type', digest, `the manifest says ${manifest.mediaType}, its descriptor ${mediaType}`);
  }
  const { config } = manifest;
  if (!CONFIG_MEDIA_TYPES.has(config.mediaType)) {
    add('media-type', config.digest, `${config.mediaType} is not that of an image config`);
  }
  for (const layer of manifest.layers) {
    const names = layer.annotations?.[COMPONENT_ANNOTATION];
    if (names !== undefined && !isDecodable(names)) {
      add('annotation', layer.digest, `${COMPONENT_ANNOTATION} is no list of component names`);
    }
  }
}

function isDecodable(componentNames: string): boolean {
  try {
    decodeComponentNames(componentNames);
    return true;
  } catch {
    return false;
  }
}

/** The diff IDs, bottom layer first; empty when the config is of no use, which is a finding. */
export async function readDiffIds(
  store: ImageStore,
  image: { readonly manifest: ReadManifest; readonly descriptor: ReadDescriptor },
  findings: FindingList,
): Promise<readonly DiffId[]> {
  const { config: descriptor, layers } = image.manifest;
  try {
    const bytes = await readChecked(store, descriptor, findings);
    const config = parseImageConfig(bytes, 'the image config');
    const report = (message: string) => findings.add({ code: 'config', subject: descriptor.digest, message });
    checkConfig(config, layers.length, report);
    checkPlatform(config, image.descriptor, report);
    return config.rootfs.diff_ids;
  } catch (thrown) {
    if (!(thrown instanceof LayahError) || thrown.code !== 'bad-image') throw thrown;
    findings.add({ code: 'config', subject: descriptor.digest, message: thrown.message });
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

function checkPlatform(
  config: ReadImageConfig,
  { platform }: ReadDescriptor,
  report: (message: string) => void,
): void {
  if (platform === undefined) return;
  if (platform.os !== config.os || platform.architecture !== config.architecture) {
    const ofIndex = `${platform.os}/${platform.architecture}`;
    report(`it is for ${config.os}/${config.architecture}, the index says ${ofIndex}`);
  }
}
