import type { GzipEngine } from '../model/gzip-engine.ts';
import type { HostPrefix } from '../model/host-path.ts';

/** How layers are written; the same for all layers of a build. */
export interface LayerSettings {
  /** The root filesystem that file contents are read from; undefined when all layers come from tars. */
  readonly prefix: HostPrefix | undefined;
  /** Content bytes of a chunk: a file above it becomes several gzip members. */
  readonly chunkSizeBytes: number;
  /** Chunks are added to a gzip member until it has so many compressed bytes; 0 gives each its own member. */
  readonly minChunkSizeBytes: number;
  readonly engine: GzipEngine;
  /** The TOC of an eStargz layer becomes a blob of its own instead of the layer's last entry. */
  readonly externalToc: boolean;
  readonly threads: number;
  /** Where a finished blob too big for memory waits, in a file without a name. */
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
  /** Told the content bytes read since the last call. */
  readonly onContentBytes: (count: number) => void;
}

/** Bytes of a run of headers that may share a member; more start a new one. */
export const MAX_HEADER_RUN_BYTES = 1 << 20;

/** A layer that is plain gzip has a new member every so many bytes of tar, so that threads can share the work. */
export const GZIP_MEMBER_BYTES = 4 << 20;

/** A job takes stretches up to about this size: large enough to hide the cost of a message, small enough to share. */
export const JOB_TARGET_BYTES = 1 << 20;

/**
 * The same with --min-chunk-size. No gzip member goes beyond a job, so this decides over bytes: it is so much that hardly any
 * member is cut short.
 */
export const MERGING_JOB_TARGET_BYTES = 4 << 20;
