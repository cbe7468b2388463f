import { createHash } from 'node:crypto';
import type { ChunkConsumer } from './chunk-writer.ts';
import { DigestTable } from './digest-table.ts';

/** Takes chunks as a store that is empty at first would, and keeps nothing but their digests. */
export function createChunkCounter(): ChunkConsumer {
  const known = new DigestTable();
  let hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    write(part) {
      hash.update(part);
      sizeBytes += part.length;
    },
    end() {
      const before = known.count;
      const chunk = { hex: hash.digest('hex'), sizeBytes };
      known.add(chunk.hex);
      hash = createHash('sha256');
      sizeBytes = 0;
      return { ...chunk, isNew: known.count > before };
    },
  };
}
