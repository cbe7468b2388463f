import { hash } from 'node:crypto';
import type { HostPrefix } from '../model/host-path.ts';
import { readRange } from './read-range.ts';
import { writeGzipMember, type DeflateEngine } from './gzip.ts';
import type { JobMessage, Slot } from './jobs.ts';

export interface JobResult {
  /** Where in the slot's output each member ends; the output is the input itself for uncompressed layers. */
  readonly memberEnds: readonly number[];
  /** Hex SHA-256 of the chunk at the start of each member, '' where there is none. */
  readonly chunkDigests: readonly string[];
}

export interface Executor {
  readonly prefix: HostPrefix | undefined;
  readonly engine: DeflateEngine;
}

/**
 * Reads the job's files into the slot, hashes its chunks and compresses its members.
 * @throws LayahError `file-changed` or `read-failed`, naming the path.
 */
export function executeJob(executor: Executor, job: JobMessage, slot: Slot): JobResult {
  for (const range of job.ranges) readRange(executor.prefix, range, slot.input);
  const memberEnds: number[] = [];
  const chunkDigests: string[] = [];
  let start = 0;
  let written = 0;
  for (const { end, chunkBytes } of job.members) {
    const member = slot.input.subarray(start, end);
    chunkDigests.push(chunkBytes === 0 ? '' : hash('sha256', member.subarray(0, chunkBytes), 'hex'));
    written =
      job.format === 'none'
        ? end
        : written + writeGzipMember(executor.engine, member, slot.output.subarray(written));
    memberEnds.push(written);
    start = end;
  }
  return { memberEnds, chunkDigests };
}
