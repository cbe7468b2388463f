import { hash } from 'node:crypto';
import { parseDiffId, parseDigest } from '../model/digest.ts';
import type { EngineRequest } from '../model/gzip-engine.ts';
import type { LayerBlob } from '../model/layer.ts';
import { END_OF_ARCHIVE_BYTES, tarPaddingBytes } from '../model/tar-format.ts';
import { metadataFile } from './estargz/metadata-file.ts';
import { chooseEngine } from './engines/choose-engine.ts';
import { openEngine } from './engines/open-engine.ts';
import { gzipMember } from './gzip.ts';
import { tarHeader } from './tar-header.ts';

export interface SingleFileLayer {
  readonly blob: LayerBlob;
  readonly bytes: Uint8Array;
}

/** The engine whose bytes are the same everywhere. */
const ENGINE: EngineRequest = { name: 'zlib', level: 6, libdeflatePath: undefined };

/** A gzip layer with one file, small enough to be in memory. */
export async function singleFileLayer(name: string, content: Uint8Array): Promise<SingleFileLayer> {
  const tar = singleFileTar(name, content);
  const engine = await openEngine(await chooseEngine(ENGINE));
  const bytes = gzipMember(engine, tar);
  const blob: LayerBlob = {
    format: 'gzip',
    digest: parseDigest(`sha256:${hash('sha256', bytes, 'hex')}`),
    diffId: parseDiffId(`sha256:${hash('sha256', tar, 'hex')}`),
    sizeBytes: bytes.length,
    uncompressedSizeBytes: tar.length,
    tocDigest: undefined,
    deflatedBy: engine.identity,
  };
  return { blob, bytes };
}

/** A whole tar: mode, owner and time of the file are zero. */
function singleFileTar(name: string, content: Uint8Array): Uint8Array {
  const padding = Buffer.alloc(tarPaddingBytes(content.length) + END_OF_ARCHIVE_BYTES);
  return Buffer.concat([tarHeader(metadataFile(name, content.length)), content, padding]);
}
