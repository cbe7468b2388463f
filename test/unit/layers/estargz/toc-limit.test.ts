import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metadataFile } from '../../../../src/layers/estargz/metadata-file.ts';
import { tocEntries, type WrittenChunk } from '../../../../src/layers/estargz/toc-entries.ts';
import { refuseLargeToc } from '../../../../src/layers/estargz/toc-limit.ts';
import type { LayerEntry } from '../../../../src/model/entry.ts';
import { contents, SETTINGS, writeLayers } from '../written-layers.ts';

const CHUNK_BYTES = 4096;
const DIGEST = `sha256:${'0'.repeat(64)}`;

function special(kind: 'directory' | 'fifo', name: string): LayerEntry {
  return { ...metadataFile(name, 0), kind };
}

/** Bytes of the rows and their commas, where each chunk has a gzip member of so many bytes. */
function tocBytes(entries: readonly LayerEntry[], memberBytes: number): number {
  let memberOffset = 0;
  let bytes = 0;
  for (const entry of entries) {
    const chunks: WrittenChunk[] = [];
    const sizeBytes = entry.kind === 'file' ? entry.sizeBytes : 0;
    for (let chunkOffset = 0; chunkOffset < sizeBytes; chunkOffset += CHUNK_BYTES) {
      memberOffset += memberBytes;
      const lengthBytes = Math.min(CHUNK_BYTES, sizeBytes - chunkOffset);
      chunks.push({ memberOffset, innerOffset: 0, chunkOffset, lengthBytes, digest: DIGEST });
    }
    for (const row of tocEntries(entry, chunks, DIGEST)) bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
  }
  return bytes;
}

const entry = fc
  .record({
    kind: fc.constantFrom('file' as const, 'file' as const, 'directory' as const, 'fifo' as const),
    name: fc.string({ unit: 'binary' }),
    sizeBytes: fc.integer({ min: 0, max: 5 * CHUNK_BYTES }),
  })
  .map(({ kind, name, sizeBytes }): LayerEntry =>
    kind === 'file' ? metadataFile(name, sizeBytes) : special(kind, name),
  );

describe('A layer with too large a TOC', () => {
  it('is refused before it is written, with the path and with what to do', async () => {
    // Nothing of this name is there to be read.
    const layers = [
      contents('estargz', [metadataFile('etc/motd', 1), metadataFile('srv/disk.img', 64 * 2 ** 30)]),
    ];
    const writing = writeLayers(layers, { ...SETTINGS, prefix: '/nowhere/', chunkSizeBytes: CHUNK_BYTES });
    await expect(writing.next()).rejects.toMatchObject({
      code: 'unsupported-entry',
      message: 'the table of contents of the layer with /srv/disk.img would be above 2,147,483,647 bytes',
      hint: 'Use larger chunks (--chunk-size), layers without tables of contents (--compression gzip) or, in a build, more layers (--max-layers, --max-layer-size).',
    });
  });

  it('is known by less than what the TOC comes to, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.nat(), (entries, memberBytes) => {
        const bytes = tocBytes(entries, memberBytes);
        expect(() => refuseLargeToc(contents('estargz', entries), CHUNK_BYTES, bytes)).not.toThrow();
      }),
    );
  });

  it('is known by not much less', () => {
    for (const sizeBytes of [0, 1000, 1e6]) {
      const entries = Array.from({ length: 100 }, (_, index) =>
        metadataFile(`usr/share/doc/file-${index}`, sizeBytes),
      );
      const bytes = 0.8 * tocBytes(entries, CHUNK_BYTES);
      expect(() => refuseLargeToc(contents('estargz', entries), CHUNK_BYTES, bytes)).toThrow('above');
    }
  });

  it('is written all the same where its format has none', () => {
    const entries = [metadataFile('etc/motd', 1000)];
    expect(() => refuseLargeToc(contents('gzip', entries), CHUNK_BYTES, 1)).not.toThrow();
    expect(() => refuseLargeToc(contents('estargz', entries), CHUNK_BYTES, 1)).toThrow('/etc/motd');
  });
});
