import type { ChunkDownload } from '../model/diff-report.ts';
import type { ListedLayer } from './list-layer.ts';

/** A layer, and how many bytes its blob has. */
export interface SizedLayer {
  readonly layer: ListedLayer;
  readonly compressedBytes: number;
}

/** What of new layers a client has to fetch that re-uses the chunks and files of the layers that it has. */
export function compareChunks(known: readonly ListedLayer[], fresh: readonly SizedLayer[]): ChunkDownload {
  const digests = knownDigests(known);
  const found = {
    chunkCount: 0,
    sharedChunkCount: 0,
    newChunkBytes: 0,
    newMemberBytes: 0,
    otherLayerBytes: 0,
  };
  for (const { layer, compressedBytes } of fresh) {
    if (layer.storage.kind !== 'estargz') {
      found.otherLayerBytes += compressedBytes;
      continue;
    }
    const members = new Set<number>();
    for (const { digest, chunks } of layer.entries) {
      for (const chunk of chunks) {
        found.chunkCount++;
        if (digests.has(chunk.digest ?? digest ?? '')) found.sharedChunkCount++;
        else {
          found.newChunkBytes += chunk.sizeBytes;
          members.add(chunk.memberOffset);
        }
      }
    }
    found.newMemberBytes += memberBytes(layer.memberOffsets, members);
  }
  return { ...found, downloadBytes: found.newMemberBytes + found.otherLayerBytes };
}

/** Of chunks, and of whole files: those of plain layers, and of files of one chunk in whatever layer. */
function knownDigests(layers: readonly ListedLayer[]): ReadonlySet<string> {
  const digests = new Set<string>();
  for (const { entries } of layers) {
    for (const { digest, chunks } of entries) {
      if (digest !== undefined) digests.add(digest);
      for (const chunk of chunks) if (chunk.digest !== undefined) digests.add(chunk.digest);
    }
  }
  return digests;
}

/** @param boundaries where members begin and the last one ends, ascending. */
function memberBytes(boundaries: readonly number[], members: ReadonlySet<number>): number {
  return boundaries.reduce((sum, start, index) => {
    const end = boundaries[index + 1];
    return end !== undefined && members.has(start) ? sum + end - start : sum;
  }, 0);
}
