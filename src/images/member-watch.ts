/*
 * Says what damage in a gzip member means. What is found while a member passes is held back until its checksum is known:
 * when that is wrong, what contradicts the TOC is a damaged tar, and where nothing does, the checksum itself is damaged.
 */
import type { Report } from '../model/finding.ts';
import { rootfsPathFromText } from '../model/rootfs-path.ts';
import type { GzipError } from './gzip-error.ts';
import type { ReadTocEntry } from './toc.ts';
import type { TocFile } from './toc-files.ts';

export interface MemberWatch {
  /** For everything that looks at the content. */
  readonly report: Report;
  padding(chunk: Buffer, position: number): void;
  begin(): void;
  /** The member was right, or nothing more of it is read. */
  end(): void;
  /** @param isInPlace whether all but its trailer was read. */
  fail(fault: GzipError, isInPlace: boolean): void;
  /** Whether the member at this offset was damaged. */
  failedAt(memberOffset: number | undefined): boolean;
}

export interface MemberWatchInput {
  readonly report: Report;
  /** What a member holds that cannot be read. */
  readonly roleOf: (memberOffset: number) => MemberRole;
  readonly chunks: () => ChunkProgress;
}

export interface ChunkProgress {
  /** Chunks that have been read to their end so far. */
  readonly done: number;
  /** Those of them whose content is not what the TOC says; they are reported when their file is known to the end. */
  readonly wrong: number;
  /** Whether part of another one has been read. */
  readonly isOpen: boolean;
}

export type MemberRole =
  | { readonly kind: 'payload'; readonly entry: ReadTocEntry; readonly chunkOffset: number }
  | { readonly kind: 'headers' }
  | { readonly kind: 'toc' }
  /** Of a layer without a TOC. */
  | { readonly kind: 'unknown' }
  /** What is wrong with it is known already. */
  | { readonly kind: 'reported' };

const MAX_HELD = 1000;
const NO_CHUNKS: ChunkProgress = { done: 0, wrong: 0, isOpen: false };

export function createMemberWatch(input: MemberWatchInput): MemberWatch {
  const state: State = { held: [], isHolding: false, before: NO_CHUNKS, paddingAt: undefined };
  const failed = new Set<number>();
  return {
    report(...finding) {
      state.held.push(finding);
      if (!state.isHolding || state.held.length === MAX_HELD) release(state, input.report);
    },
    padding(chunk, position) {
      if (state.paddingAt !== undefined) return;
      const index = chunk.findIndex((byte) => byte !== 0);
      if (index >= 0) state.paddingAt = position + index;
    },
    begin() {
      state.isHolding = true;
      state.before = input.chunks();
      state.paddingAt = undefined;
    },
    end() {
      release(state, input.report);
      state.isHolding = false;
    },
    fail(fault, isInPlace) {
      failed.add(fault.offset);
      reportFault(state, input, { fault, isInPlace });
      state.held = [];
      state.isHolding = false;
    },
    failedAt: (memberOffset) => memberOffset !== undefined && failed.has(memberOffset),
  };
}

interface State {
  held: Parameters<Report>[];
  isHolding: boolean;
  /** When the member began. */
  before: ChunkProgress;
  /** Where in the tar the member's padding is not zero. */
  paddingAt: number | undefined;
}

function release(state: State, report: Report): void {
  for (const finding of state.held) report(...finding);
  state.held = [];
}

interface MemberFailure {
  readonly fault: GzipError;
  readonly isInPlace: boolean;
}

function reportFault(
  state: State,
  { report, roleOf, chunks }: MemberWatchInput,
  failure: MemberFailure,
): void {
  const { fault, isInPlace } = failure;
  const { held, before, paddingAt } = state;
  const role = roleOf(fault.offset);
  if (role.kind === 'reported') return;
  // Places mean nothing in what does not have its right length.
  const found = held.filter(([code]) => code !== 'chunk');
  for (const [code, ...rest] of found) report(code === 'toc' ? 'tar' : code, ...rest);
  const { done, wrong, isOpen } = chunks();
  if (found.length > 0 || wrong > before.wrong) return;
  if (fault.part === 'header') report('gzip', fault.message);
  else if (!isInPlace)
    reportUnreadable(fault, done > before.done && !isOpen ? { kind: 'headers' } : role, report);
  else if (paddingAt === undefined) report('gzip', fault.message);
  else report('tar', `byte ${paddingAt} of the tar, in the padding, is not zero`);
}

function reportUnreadable({ message }: GzipError, role: MemberRole, report: Report): void {
  switch (role.kind) {
    case 'payload': {
      const { entry, chunkOffset } = role;
      const what = `${JSON.stringify(entry.name)}, byte ${chunkOffset}: ${message}`;
      report('payload', what, rootfsPathFromText(entry.name));
      break;
    }
    case 'headers':
      report('tar', message);
      break;
    case 'toc':
      report('toc', `the TOC: ${message}`);
      break;
    case 'unknown':
      report('gzip', message);
      break;
    case 'reported':
  }
}

/** The roles of a layer's members. @param tocOffset where the TOC's member begins, if the layer has one. */
export function rolesByToc(
  files: readonly TocFile[],
  tocOffset: number | undefined,
): (memberOffset: number) => MemberRole {
  let payloads: Map<number, MemberRole> | undefined;
  return (memberOffset) => {
    if (memberOffset === tocOffset) return { kind: 'toc' };
    payloads ??= payloadsByMember(files);
    return payloads.get(memberOffset) ?? { kind: 'headers' };
  };
}

function payloadsByMember(files: readonly TocFile[]): Map<number, MemberRole> {
  const payloads = new Map<number, MemberRole>();
  for (const { entry, chunks } of files) {
    for (const { memberOffset, chunkOffset } of chunks) {
      if (!payloads.has(memberOffset)) payloads.set(memberOffset, { kind: 'payload', entry, chunkOffset });
    }
  }
  return payloads;
}
