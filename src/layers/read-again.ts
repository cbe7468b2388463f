import type { LayerContents } from '../model/layer.ts';
import { pieceBytes } from './pieces.ts';
import { readRange } from './read-range.ts';
import type { LayerSettings } from './settings.ts';
import { layerStretches } from './stretches.ts';

/**
 * The tar of a layer that is not compressed. To hash its files and then to read them once more costs less than to hold
 * the tar back until its digest is known. A file that changed in between is an error, as one that changed since the scan.
 * Each piece lies in `buffer`, which holds a stretch: it is overwritten when the next one is asked for.
 */
export function* readAgain(
  layer: LayerContents,
  { prefix, chunkSizeBytes }: Pick<LayerSettings, 'prefix' | 'chunkSizeBytes'>,
  buffer: Uint8Array,
): Generator<Uint8Array> {
  for (const { pieces, sizeBytes } of layerStretches(layer, chunkSizeBytes)) {
    let at = 0;
    for (const piece of pieces) {
      if (piece.kind === 'literal') buffer.set(piece.bytes, at);
      else readRange(prefix, { ...piece, at }, buffer);
      at += pieceBytes(piece);
    }
    yield buffer.subarray(0, sizeBytes);
  }
}
