import type { DiffId } from '../model/digest.ts';
import { FOOTER_BYTES, UNCOMPRESSED_SIZE_ANNOTATION } from '../model/estargz.ts';
import type { Report } from '../model/finding.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { LayerPassResult } from './read-layer.ts';

export interface ReportCounter {
  readonly report: Report;
  readonly reportCount: () => number;
}

/** Tells whether anything is known to be wrong. */
export function countReports(report: Report): ReportCounter {
  let count = 0;
  return {
    report(...finding) {
      count++;
      report(...finding);
    },
    reportCount: () => count,
  };
}

export interface LayerClaims extends ReportCounter {
  readonly descriptor: ReadDescriptor;
  /** Undefined when the image config names none for this layer. */
  readonly diffId: DiffId | undefined;
  /** Of the blob in the store. */
  readonly sizeBytes: number;
}

/** What the pass found against what manifest and image config say. What explains a wrong digest comes before it. */
export function compareTotals(claims: LayerClaims, result: LayerPassResult, isEstargz: boolean): void {
  const { descriptor, report } = claims;
  compareUncompressed(claims, result, isEstargz);
  if (result.digest === descriptor.digest) return;
  if (claims.reportCount() === 0 && result.sizeBytes === descriptor.size) reportHeaders(claims, result);
  report('blob-digest', `the blob has ${result.digest}`);
}

function compareUncompressed(
  { descriptor, diffId, report }: LayerClaims,
  { uncompressed }: LayerPassResult,
  isEstargz: boolean,
): void {
  if (uncompressed === undefined) return;
  if (diffId !== undefined && uncompressed.diffId !== diffId) {
    report('diff-id', `the content has ${uncompressed.diffId}, the image config says ${diffId}`);
  }
  const claimedDiffId = descriptor.annotations?.[DIFF_ID_ANNOTATION];
  if (claimedDiffId !== undefined && claimedDiffId !== uncompressed.diffId) {
    const said = displayText(claimedDiffId);
    report('annotation', `${DIFF_ID_ANNOTATION} is ${said}, not ${uncompressed.diffId}`);
  }
  const claimedSize = descriptor.annotations?.[UNCOMPRESSED_SIZE_ANNOTATION];
  if (claimedSize === undefined && !isEstargz) return;
  if (claimedSize !== String(uncompressed.sizeBytes)) {
    const said = claimedSize === undefined ? 'missing' : displayText(claimedSize);
    report('annotation', `${UNCOMPRESSED_SIZE_ANNOTATION} is ${said}, not ${uncompressed.sizeBytes}`);
  }
}

/** Nothing is wrong but the digest: only what no reader of gzip looks at can be another. */
function reportHeaders({ sizeBytes, report }: LayerClaims, { headers, uncompressed }: LayerPassResult): void {
  if (uncompressed === undefined) return;
  // The footer of eStargz is a member with a header of its own.
  const [offset, another] = headers.oddOffsets().filter((odd) => odd < sizeBytes - FOOTER_BYTES);
  const where =
    offset === undefined || another !== undefined
      ? 'a header of gzip has another time, level or system, or the same content is compressed in another way'
      : `the header of the gzip member at offset ${offset} is unlike the others`;
  report('gzip', `the content is right, but not the blob: ${where}`);
}

/** BuildKit's; the same on every layer that has it. */
const DIFF_ID_ANNOTATION = 'containerd.io/uncompressed';

function displayText(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
