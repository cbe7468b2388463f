/* Whole images for the tests of verify, any part of which can be made wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../../src/model/finding.ts';
import type { VerifyReport } from '../../../src/pipeline/run.ts';
import { runVerify } from '../../../src/pipeline/verify.ts';
import { silentReporter } from '../../../src/model/reporter.ts';
import type { VerifyOptions } from '../../../src/model/options.ts';
import type { BuiltLayer } from '../images/layer-builder.ts';
import {
  blobName,
  describeBytes,
  indexOf,
  type JsonDescriptor,
  LAYOUT_FILE,
  type LayoutFiles,
  OCI,
  writeDirectory,
} from '../images/layouts.ts';

type Json = Record<string, unknown>;

export interface ImagePlan {
  readonly layers: readonly BuiltLayer[];
  /** Before the digests are computed: everything above fits. */
  readonly editConfig?: (config: Json) => void;
  readonly editManifest?: (manifest: Json) => void;
  readonly editDescriptor?: (descriptor: JsonDescriptor) => JsonDescriptor;
  /** After the digests are computed. */
  readonly editFiles?: (files: Record<string, Buffer | string>, image: BuiltImage) => void;
}

export interface BuiltImage {
  readonly manifest: JsonDescriptor;
  readonly config: JsonDescriptor;
}

export function imageFiles(plan: ImagePlan): LayoutFiles {
  const config: Json = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: plan.layers.map(({ diffId }) => diffId) },
    history: plan.layers.map(() => ({ created_by: 'test' })),
  };
  plan.editConfig?.(config);
  const configBytes = Buffer.from(JSON.stringify(config));
  const configDescriptor = describeBytes(OCI.config, configBytes);
  const manifest: Json = {
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: configDescriptor,
    layers: plan.layers.map(({ descriptor }) => descriptor),
  };
  plan.editManifest?.(manifest);
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  const right = {
    ...describeBytes(OCI.manifest, manifestBytes),
    platform: { os: 'linux', architecture: 'amd64' },
  };
  const manifestDescriptor = plan.editDescriptor?.(right) ?? right;
  const files: Record<string, Buffer | string> = {
    ...LAYOUT_FILE,
    'index.json': indexOf([manifestDescriptor]),
    [blobName(manifestDescriptor.digest)]: manifestBytes,
    [blobName(configDescriptor.digest)]: configBytes,
    ...Object.fromEntries(plan.layers.map(({ descriptor, blob }) => [blobName(descriptor.digest), blob])),
  };
  plan.editFiles?.(files, { manifest: manifestDescriptor, config: configDescriptor });
  return files;
}

export async function verifyFiles(
  files: LayoutFiles,
  options: Partial<VerifyOptions> = {},
): Promise<VerifyReport> {
  const path = mkdtempSync(join(tmpdir(), 'layah-verify-'));
  try {
    return await verifyAt({
      image: { kind: 'oci-directory', path: writeDirectory(path, files) },
      ...options,
    });
  } finally {
    rmSync(path, { recursive: true });
  }
}

export async function verifyAt(
  options: Pick<VerifyOptions, 'image'> & Partial<VerifyOptions>,
): Promise<VerifyReport> {
  return runVerify(
    {
      tag: undefined,
      rootfs: undefined,
      prune: [],
      skipSpecialFiles: false,
      ...options,
    },
    { reporter: silentReporter, signal: new AbortController().signal, stdout: process.stdout },
  );
}

/** `code: subject: message`. */
export function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ code, subject, message }) => `${code}: ${subject}: ${message}`);
}
