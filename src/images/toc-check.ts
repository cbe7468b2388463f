import { createHash, type Hash } from 'node:crypto';
import { displayBytes } from '../model/rootfs-path.ts';
import type { Report } from '../model/finding.ts';
import type { EntryObserver } from './layer-entries.ts';
import type { TarHeader } from './tar-header.ts';
import type { TocChunk, TocFile } from './toc-files.ts';
import { differingFields, hasSameName } from './toc-fields.ts';

/** The member that is being inflated. */
export interface CurrentMember {
  readonly offset: number;
  /** Position of its first byte in the uncompressed stream. */
  readonly streamStart: number;
}

export interface TocCheckInput {
  readonly files: readonly TocFile[];
  readonly currentMember: () => CurrentMember;
  readonly report: Report;
}

export interface TocCheck extends EntryObserver {
  /** Call at the end of the layer. */
  finish(): void;
}

/** Compares the TOC with the tar, entry by entry, and every chunk's place and digest with the content that passes. */
export function createTocCheck(input: TocCheckInput): TocCheck {
  const state: State = {
    input,
    index: 0,
    inStep: true,
    file: undefined,
    chunkIndex: 0,
    chunkBytes: 0,
    hash: undefined,
  };
  return {
    begin: (header) => beginEntry(state, header),
    content: (chunk, position) => checkContent(state, chunk, position),
    end: ({ header, digest }) => {
      if (state.file !== undefined && digest !== undefined)
        checkDigests(state, state.file, { header, digest });
    },
    finish: () => {
      const rest = input.files[state.index];
      if (state.inStep && rest !== undefined) {
        input.report('toc', `TOC entry ${JSON.stringify(rest.entry.name)} is not in the tar`);
      }
    },
  };
}

interface State {
  readonly input: TocCheckInput;
  /** Of the next TOC file. */
  index: number;
  /** False once the lists went apart: comparing on would only repeat that. */
  inStep: boolean;
  file: TocFile | undefined;
  chunkIndex: number;
  /** Bytes seen of the current chunk. */
  chunkBytes: number;
  hash: Hash | undefined;
}

function beginEntry(state: State, header: TarHeader): void {
  state.file = undefined;
  state.chunkIndex = 0;
  state.chunkBytes = 0;
  if (!state.inStep) return;
  const { files, report } = state.input;
  const file = files[state.index++];
  if (file === undefined || !hasSameName(file.entry, header)) {
    state.inStep = false;
    const listed = file === undefined ? 'nothing more' : JSON.stringify(file.entry.name);
    report(
      'toc',
      `the tar goes on with ${displayBytes(header.name)}, the TOC with ${listed}; the rest is not compared`,
    );
    return;
  }
  for (const difference of differingFields(file.entry, header)) {
    report('toc', `TOC entry ${displayBytes(header.name)}: ${difference}`);
  }
  if (file.entry.type === 'reg' && header.kind === 'file') state.file = file;
}

function checkContent(state: State, content: Buffer, position: number): void {
  for (let usedBytes = 0; usedBytes < content.length;) {
    const chunk = state.file?.chunks[state.chunkIndex];
    // Chunks that end before the file does have been reported already.
    if (state.file === undefined || chunk === undefined || chunk.sizeBytes <= 0) return;
    if (state.chunkBytes === 0) beginChunk(state, chunk, position + usedBytes);
    const part = content.subarray(usedBytes, usedBytes + chunk.sizeBytes - state.chunkBytes);
    state.hash?.update(part);
    state.chunkBytes += part.length;
    usedBytes += part.length;
    if (state.chunkBytes === chunk.sizeBytes) endChunk(state, chunk, state.file);
  }
}

function beginChunk(state: State, chunk: TocChunk, position: number): void {
  const member = state.input.currentMember();
  const innerOffset = position - member.streamStart;
  if (chunk.memberOffset !== member.offset || chunk.innerOffset !== innerOffset) {
    const said = place(chunk.memberOffset, chunk.innerOffset);
    const name = state.file?.entry.name ?? '';
    state.input.report(
      'chunk',
      `${JSON.stringify(name)}, byte ${chunk.chunkOffset}: the TOC puts this chunk at ${said}, it is at ${place(member.offset, innerOffset)}`,
    );
  }
  // A file of one chunk has one digest, which is computed anyway.
  state.hash = isOnlyChunk(state) ? undefined : createHash('sha256');
}

function isOnlyChunk(state: State): boolean {
  return state.file?.chunks.length === 1;
}

function place(memberOffset: number, innerOffset: number): string {
  return innerOffset === 0
    ? `offset ${memberOffset}`
    : `byte ${innerOffset} of the member at offset ${memberOffset}`;
}

function endChunk(state: State, chunk: TocChunk, file: TocFile): void {
  const { hash } = state;
  state.chunkIndex++;
  state.chunkBytes = 0;
  state.hash = undefined;
  if (hash !== undefined) compareChunk(state, { file, chunk, digest: `sha256:${hash.digest('hex')}` });
}

interface HashedChunk {
  readonly file: TocFile;
  readonly chunk: TocChunk;
  readonly digest: string;
}

function compareChunk(state: State, { file, chunk, digest }: HashedChunk): void {
  if (chunk.digest === digest) return;
  const said = chunk.digest === undefined || chunk.digest === '' ? 'no digest' : chunk.digest;
  state.input.report(
    'chunk',
    `${JSON.stringify(file.entry.name)}, byte ${chunk.chunkOffset}: the chunk has ${digest}, the TOC says ${said}`,
  );
}

function checkDigests(
  state: State,
  file: TocFile,
  { header, digest }: { readonly header: TarHeader; readonly digest: string },
): void {
  const [chunk] = file.chunks;
  if (chunk !== undefined && isOnlyChunk(state) && chunk.sizeBytes === header.sizeBytes) {
    compareChunk(state, { file, chunk, digest });
  }
  const mayLackDigest = header.sizeBytes === 0 && file.entry.digest === undefined;
  if (file.entry.digest !== digest && !mayLackDigest) {
    const said = file.entry.digest ?? 'no digest';
    state.input.report(
      'chunk',
      `${JSON.stringify(file.entry.name)}: the content has ${digest}, the TOC says ${said}`,
    );
  }
}
