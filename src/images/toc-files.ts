import { displayBytes, encodeUtf8, rootfsPathFromText } from '../model/rootfs-path.ts';
import type { Report } from '../model/finding.ts';
import type { ReadToc, ReadTocEntry } from './toc.ts';

/** Where the TOC says a chunk is. */
export interface TocChunk {
  readonly memberOffset: number;
  /** Uncompressed bytes between the member's first byte and the chunk's. */
  readonly innerOffset: number;
  readonly chunkOffset: number;
  readonly sizeBytes: number;
  readonly digest: string | undefined;
}

/** A row of the TOC with the `chunk` rows after it. */
export interface TocFile {
  readonly entry: ReadTocEntry;
  /** Empty for everything but files with content. */
  readonly chunks: readonly TocChunk[];
}

/**
 * Puts the rows of a TOC together and checks what can be told from the TOC alone: chunks without gaps, offsets
 * ascending and before the TOC, no payload in the first member.
 */
export function tocFiles(toc: ReadToc, tocOffset: number, report: Report): TocFile[] {
  const files = groupRows(toc, report).map((rows) => tocFile(rows, report));
  checkOffsets(files, tocOffset, report);
  return files;
}

const NO_CHUNKS: readonly TocChunk[] = [];

type Rows = readonly [ReadTocEntry, ...ReadTocEntry[]];

function groupRows(toc: ReadToc, report: Report): Rows[] {
  const groups: [ReadTocEntry, ...ReadTocEntry[]][] = [];
  for (const entry of toc.entries) {
    const last = groups.at(-1);
    if (entry.type !== 'chunk') groups.push([entry]);
    else if (last?.[0].type === 'reg') last.push(entry);
    else report('toc', `TOC entry ${shown(entry)}: a chunk that follows no file`);
  }
  return groups;
}

function tocFile(rows: Rows, report: Report): TocFile {
  const [entry] = rows;
  const size = entry.size ?? 0;
  if (entry.type !== 'reg' || size === 0) {
    if (rows.length > 1) report('chunk', `TOC entry ${shown(entry)}: chunks of an empty file`);
    return { entry, chunks: NO_CHUNKS };
  }
  if (rows.length > 1 && (entry.chunkSize ?? 0) === 0) {
    report('chunk', `TOC entry ${shown(entry)}: no chunkSize, though more chunks follow`);
  }
  const chunks = rows.map((row) => tocChunk(row, entry));
  let expectedOffset = 0;
  for (const chunk of chunks) {
    if (chunk.chunkOffset !== expectedOffset || chunk.sizeBytes <= 0) {
      report(
        'chunk',
        `TOC entry ${shown(entry)}: its chunks leave a gap or overlap at byte ${expectedOffset}`,
      );
      return { entry, chunks };
    }
    expectedOffset += chunk.sizeBytes;
  }
  if (expectedOffset !== size) {
    report('chunk', `TOC entry ${shown(entry)}: its chunks hold ${expectedOffset} bytes, the file ${size}`);
  }
  return { entry, chunks };
}

/** A chunk without a size reaches to the end of its file. */
function tocChunk(row: ReadTocEntry, { size: fileBytes = 0, digest }: ReadTocEntry): TocChunk {
  const chunkOffset = row.chunkOffset ?? 0;
  const chunkSize = row.chunkSize ?? 0;
  return {
    memberOffset: row.offset ?? 0,
    innerOffset: row.innerOffset ?? 0,
    chunkOffset,
    sizeBytes: chunkSize === 0 ? fileBytes - chunkOffset : chunkSize,
    // Most files have one chunk: one string in memory is enough then.
    digest: row.chunkDigest === digest ? digest : row.chunkDigest,
  };
}

function checkOffsets(files: readonly TocFile[], tocOffset: number, report: Report): void {
  let previous = { memberOffset: 0, innerOffset: 0 };
  let emptyFileCount = 0;
  for (const { entry, chunks } of files) {
    if (entry.type === 'reg' && chunks.length === 0) emptyFileCount++;
    for (const chunk of chunks) {
      const problem = offsetProblem(chunk, previous, { tocOffset, followsEmptyFile: emptyFileCount > 0 });
      if (problem !== undefined) {
        const [code, what] = problem;
        report(code, `TOC entry ${shown(entry)}: ${what}`, rootfsPathFromText(entry.name));
      }
      previous = chunk;
    }
  }
}

function offsetProblem(
  { memberOffset, innerOffset }: TocChunk,
  previous: Pick<TocChunk, 'memberOffset' | 'innerOffset'>,
  layer: { readonly tocOffset: number; readonly followsEmptyFile: boolean },
): readonly ['chunk' | 'order', string] | undefined {
  // Upstream's writer merges payloads into the first member too, which its reader takes amiss only with an empty file.
  if (memberOffset === 0 && (innerOffset === 0 || layer.followsEmptyFile)) {
    return ['chunk', 'content in the first member, where only headers may be'];
  }
  if (memberOffset >= layer.tocOffset) return ['chunk', `offset ${memberOffset} is not before the TOC`];
  const isAfter =
    memberOffset > previous.memberOffset ||
    (memberOffset === previous.memberOffset && innerOffset > previous.innerOffset);
  return isAfter ? undefined : ['order', `offset ${memberOffset} does not come after the one before it`];
}

function shown(entry: ReadTocEntry): string {
  return displayBytes(encodeUtf8(entry.name));
}
