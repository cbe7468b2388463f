import type { Digest } from '../model/digest.ts';
import type { Finding } from '../model/finding.ts';
import type { LayerBlob } from '../model/layer.ts';
import type { Reporter } from '../model/reporter.ts';

/** What every command's run gets besides its options. */
export interface RunContext {
  readonly reporter: Reporter;
  /** Aborted by SIGINT and SIGTERM; its reason is the LayahError to end with. */
  readonly signal: AbortSignal;
  /** Where an archive for `-o -` goes; nothing else is ever written to it. */
  readonly stdout: NodeJS.WritableStream;
}

export interface SourceSummary {
  readonly source: string;
  readonly packageCount: number | undefined;
  readonly componentCount: number;
  readonly fileCount: number;
  /** Content bytes. */
  readonly sizeBytes: number;
}

export interface LayerSummary {
  readonly componentNames: readonly string[];
  readonly fileCount: number;
  /** Content bytes of its regular files. */
  readonly contentBytes: number;
  readonly blob: LayerBlob;
}

export interface BuildSummary {
  readonly manifestDigest: Digest;
  readonly layers: readonly LayerSummary[];
  readonly sources: readonly SourceSummary[];
  readonly fileCount: number;
  readonly contentBytes: number;
  /** Bytes of all layer blobs. */
  readonly layerBytes: number;
}

export interface VerifyReport {
  /** Undefined when nobody knows which manifest is meant, which is a finding. */
  readonly manifestDigest: Digest | undefined;
  readonly layerCount: number;
  readonly estargzLayerCount: number;
  readonly tocEntryCount: number;
  readonly chunkCount: number;
  /** Entries of the merged tree; the comparison with a root filesystem covered as many. */
  readonly treeEntryCount: number;
  readonly comparedWithRootfs: boolean;
  readonly findings: readonly Finding[];
}
