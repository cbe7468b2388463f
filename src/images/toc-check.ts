import { createHash, type Hash } from 'node:crypto';
import { displayBytes, type RootfsPath, rootfsPathFromText } from '../model/rootfs-path.ts';
import type { Report } from '../model/finding.ts';
import type { EntryObserver } from './layer-entries.ts';
import type { ChunkProgress } from './member-watch.ts';
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
  /** The tar is kept to the byte: it may have a name twice, of which the TOC lists one. */
  readonly isExternal: boolean;
  readonly currentMember: () => CurrentMember;
  readonly report: Report;
}

export interface TocCheck extends EntryObserver {
  chunks(): ChunkProgress;
  /** Call at the end of the layer. @param isWhole whether all of the layer could be read. */
  finish(isWhole: boolean): void;
}

/** Compares the TOC with the tar, entry by entry, and every chunk's place and digest with the content that passes. */
export function createTocCheck(input: TocCheckInput): TocCheck {
  const state: State = {
    input,
    index: 0,
    inStep: true,
    file: undefined,
    listed: undefined,
    chunkIndex: 0,
    chunkBytes: 0,
    hash: undefined,
    wrongChunks: [],
    doneChunks: 0,
    wrongChunkCount: 0,
  };
  return {
    begin: (header) => beginEntry(state, header),
    content: (chunk, position) => checkContent(state, chunk, position),
    end: ({ header, digest }) => {
      if (state.file !== undefined && digest !== undefined)
        checkDigests(state, state.file, { header, digest });
    },
    chunks: () => ({ done: state.doneChunks, wrong: state.wrongChunkCount, isOpen: state.chunkBytes > 0 }),
    finish: (isWhole) => {
      reportWrongChunks(state, 'payload');
      const rest = input.files[state.index];
      if (isWhole && state.inStep && rest !== undefined) {
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
  /** All paths, once somebody asks. */
  listed: Set<RootfsPath> | undefined;
  chunkIndex: number;
  /** Bytes seen of the current chunk. */
  chunkBytes: number;
  hash: Hash | undefined;
  /** Of the current file. */
  wrongChunks: string[];
  /** Both of the layer. */
  doneChunks: number;
  wrongChunkCount: number;
}

function beginEntry(state: State, header: TarHeader): void {
  reportWrongChunks(state, 'payload');
  state.file = undefined;
  state.chunkIndex = 0;
  state.chunkBytes = 0;
  if (!state.inStep) return;
  const { files, report, isExternal } = state.input;
  const file = files[state.index];
  if (file === undefined || !hasSameName(file.entry, header)) {
    if (!isListedElsewhere(state, header)) reportApart(state, file, header);
    return;
  }
  const differences = differingFields(file.entry, header);
  // Then it is the other one of two entries with this name.
  if (isExternal && differences.length > 0) return;
  state.index++;
  for (const difference of differences) {
    report('toc', `TOC entry ${displayBytes(header.name)}: ${difference}`, header.path);
  }
  if (file.entry.type === 'reg' && header.kind === 'file') state.file = file;
}

function reportApart(state: State, file: TocFile | undefined, { name, path }: TarHeader): void {
  state.inStep = false;
  const listed = file === undefined ? 'nothing more' : JSON.stringify(file.entry.name);
  state.input.report(
    'toc',
    `the tar goes on with ${displayBytes(name)}, the TOC with ${listed}; the rest is not compared`,
    path,
  );
}

function isListedElsewhere(state: State, { path }: TarHeader): boolean {
  if (!state.input.isExternal) return false;
  state.listed ??= new Set(state.input.files.map(({ entry }) => rootfsPathFromText(entry.name)));
  return state.listed.has(path);
}

function checkContent(state: State, content: Buffer, position: number): void {
  for (let usedBytes = 0; usedBytes < content.length;) {
    const chunk = state.file?.chunks[state.chunkIndex];
    // Chunks that end before the file does have been reported already.
    if (state.file === undefined || chunk === undefined || chunk.sizeBytes <= 0) return;
    if (state.chunkBytes === 0) beginChunk(state, chunk, position + usedBytes);
    if (state.file === undefined) return;
    const part = content.subarray(usedBytes, usedBytes + chunk.sizeBytes - state.chunkBytes);
    state.hash?.update(part);
    state.chunkBytes += part.length;
    usedBytes += part.length;
    if (state.chunkBytes === chunk.sizeBytes) endChunk(state, chunk);
  }
}

function beginChunk(state: State, chunk: TocChunk, position: number): void {
  const member = state.input.currentMember();
  const innerOffset = position - member.streamStart;
  if (state.input.isExternal && state.chunkIndex === 0 && chunk.memberOffset > member.offset) {
    // The content of another entry with this name: the one that the TOC lists is still to come.
    state.file = undefined;
    state.index--;
    return;
  }
  if (chunk.memberOffset !== member.offset || chunk.innerOffset !== innerOffset) {
    const said = place(chunk.memberOffset, chunk.innerOffset);
    const name = state.file?.entry.name ?? '';
    const found = place(member.offset, innerOffset);
    state.input.report(
      'chunk',
      `${JSON.stringify(name)}, byte ${chunk.chunkOffset}: the TOC puts this chunk at ${said}, it is at ${found}`,
      rootfsPathFromText(name),
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

function endChunk(state: State, chunk: TocChunk): void {
  const { hash } = state;
  state.chunkIndex++;
  state.doneChunks++;
  state.chunkBytes = 0;
  state.hash = undefined;
  if (hash !== undefined) compareChunk(state, { chunk, digest: `sha256:${hash.digest('hex')}` });
}

/** Of one file; more tell nothing new. */
const MAX_WRONG_CHUNKS = 1000;

interface HashedChunk {
  readonly chunk: TocChunk;
  readonly digest: string;
}

function compareChunk(state: State, { chunk, digest }: HashedChunk): void {
  if (chunk.digest === digest) return;
  const said = chunk.digest === undefined || chunk.digest === '' ? 'no digest' : chunk.digest;
  state.wrongChunkCount++;
  if (state.wrongChunks.length === MAX_WRONG_CHUNKS) return;
  state.wrongChunks.push(`byte ${chunk.chunkOffset}: the chunk has ${digest}, the TOC says ${said}`);
}

function reportWrongChunks(state: State, code: 'payload' | 'chunk-digest'): void {
  const name = state.file?.entry.name ?? '';
  for (const message of state.wrongChunks.splice(0)) {
    state.input.report(code, `${JSON.stringify(name)}, ${message}`, rootfsPathFromText(name));
  }
}

/** The digest of the whole file tells what is wrong when a chunk is: the content, or the digest of the chunk. */
function checkDigests(
  state: State,
  file: TocFile,
  { header, digest }: { readonly header: TarHeader; readonly digest: string },
): void {
  const [chunk] = file.chunks;
  if (chunk !== undefined && isOnlyChunk(state) && chunk.sizeBytes === header.sizeBytes) {
    compareChunk(state, { chunk, digest });
  }
  const mayLackDigest = header.sizeBytes === 0 && file.entry.digest === undefined;
  const isRight = file.entry.digest === digest || mayLackDigest;
  const hasWrongChunk = state.wrongChunks.length > 0;
  reportWrongChunks(state, isRight ? 'chunk-digest' : 'payload');
  if (isRight || hasWrongChunk) return;
  const name = JSON.stringify(file.entry.name);
  const said = file.entry.digest ?? 'no digest';
  const message = `${name}: its chunks are right, but the file has ${digest}, the TOC says ${said}`;
  state.input.report('toc', message, header.path);
}
