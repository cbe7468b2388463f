import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { LayahError } from '../model/errors.ts';
import type { LayerCompression } from './layer-content.ts';

const OUTPUT_PIECE_BYTES = 256 << 10;

/** @throws LayahError `bad-image` for zstd where Node cannot do it. */
export function decompressor(compression: Exclude<LayerCompression, 'none'>): Transform {
  if (compression === 'gzip') return zlib.createGunzip({ chunkSize: OUTPUT_PIECE_BYTES });
  // Since Node 22.15; the type declarations are those of Node 20.
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create === 'function') return create({ chunkSize: OUTPUT_PIECE_BYTES });
  throw new LayahError({
    code: 'bad-image',
    message: `it is compressed with zstd, which Node ${process.versions.node} cannot read`,
    hint: 'Run layah with Node 22.15 or later, or copy the image first with skopeo copy --dest-compress-format gzip.',
  });
}
