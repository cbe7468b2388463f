import { hash } from 'node:crypto';
import type { HostPrefix } from '../model/host-path.ts';
import type { GrowingMember, MemberStart } from './growing-member.ts';
import { PartwiseMember } from './partwise-member.ts';
import { readRange } from './read-range.ts';
import { RecompressedMember } from './recompressed-member.ts';
import type { DeflateEngine } from './gzip.ts';
import type { JobMessage, Slot } from './jobs.ts';

export interface JobResult {
  /** Bytes in the slot's output. */
  readonly outputBytes: number;
  /** One a stretch. */
  readonly stretches: readonly WrittenStretch[];
}

export interface WrittenStretch {
  /** Where in the slot's output its gzip member starts. */
  readonly memberStart: number;
  /** Uncompressed bytes of the member before the stretch. */
  readonly innerOffset: number;
  /** Hex SHA-256 of the chunk at its start, '' where there is none. */
  readonly chunkDigest: string;
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
  const stretches: WrittenStretch[] = [];
  let member = startMember(executor.engine, slot, { input: 0, output: 0 });
  let start = 0;
  for (const { end, chunkBytes, mayJoin } of job.stretches) {
    if (start > 0 && !(mayJoin && joins(member, chunkBytes, job))) {
      member = startMember(executor.engine, slot, { input: start, output: member.close() });
    }
    member.extend(end);
    stretches.push({
      memberStart: member.outputStart,
      innerOffset: start - member.inputStart,
      chunkDigest:
        chunkBytes === 0 ? '' : hash('sha256', slot.input.subarray(start, start + chunkBytes), 'hex'),
    });
    start = end;
  }
  return { outputBytes: member.close(), stretches };
}

export function startMember(engine: DeflateEngine, slot: Slot, start: MemberStart): GrowingMember {
  return engine.deflatePart === undefined
    ? new RecompressedMember(engine, slot, start)
    : new PartwiseMember(engine, slot, start);
}

/** Only where a payload starts is a new member of use; headers go on in the one that is there. */
function joins(member: GrowingMember, chunkBytes: number, { minMemberBytes }: JobMessage): boolean {
  return minMemberBytes > 0 && (chunkBytes === 0 || !member.hasReached(minMemberBytes));
}
