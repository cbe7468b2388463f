import type { Finding } from '../../../src/model/finding.ts';
import { createReadBudget } from '../../../src/images/read-budget.ts';
import { createTocImages } from '../../../src/images/toc-images.ts';
import { type VerifiedLayer, verifyLayer } from '../../../src/images/verify-layer.ts';
import { parseDiffId, parseDigest } from '../../../src/model/digest.ts';
import { buildLayer, type BuiltLayer, type LayerPlan, type Row } from './layer-builder.ts';
import { describeBytes, sha256 } from './layouts.ts';
import { memoryStore } from './memory-store.ts';

export interface Verification extends VerifiedLayer {
  /** `code: message`. */
  readonly findings: readonly string[];
  readonly codes: ReadonlySet<Finding['code']>;
}

/** What verifying a layer finds; `stored` lies under the layer's digest instead of its own blob. */
export async function verifyBuiltLayer(
  layer: BuiltLayer,
  stored: Buffer | 'nothing' = layer.blob,
): Promise<Verification> {
  const findings: string[] = [];
  const codes = new Set<Finding['code']>();
  const { descriptor } = layer;
  const read = { ...descriptor, digest: parseDigest(descriptor.digest) };
  const store = memoryStore({
    blobs: [],
    swapped: new Map(stored === 'nothing' ? [] : [[descriptor.digest, stored]]),
  });
  const verified = await verifyLayer({
    store,
    descriptor: read,
    tocImages: createTocImages(store, read),
    budget: createReadBudget({ compressedBytes: 0, maxInflatedBytes: undefined, maxEntries: undefined }),
    diffId: parseDiffId(layer.diffId),
    signal: new AbortController().signal,
    report: (code, message) => {
      codes.add(code);
      findings.push(`${code}: ${message}`);
    },
  });
  return { ...verified, findings, codes };
}

/** The findings on a layer whose every digest is made to fit. */
export async function findingsOf(plan: LayerPlan): Promise<readonly string[]> {
  return (await verifyBuiltLayer(buildLayer(plan))).findings;
}

/** A layer that is right but for what is done to one row of its TOC. */
export function editRow(name: string, edit: (row: Row) => void): LayerPlan {
  return {
    editRows: (rows) => {
      const row = rows.find((candidate) => candidate['name'] === name);
      if (row === undefined) throw new Error(`no row ${name}`);
      edit(row);
    },
  };
}

/** A layer that is no eStargz. */
export function plainLayer(blob: Buffer, tar: Buffer, mediaType: string): BuiltLayer {
  return { blob, descriptor: describeBytes(mediaType, blob), diffId: sha256(tar), toc: Buffer.alloc(0) };
}
