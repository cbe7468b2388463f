import type { LayerContents } from '../model/layer.ts';
import { pieceBytes } from './pieces.ts';
import { readRange } from './read-range.ts';
import type { LayerSettings } from './settings.ts';
import { layerStretches, type Stretch } from './stretches.ts';

/**
 * The tar of a layer that is not compressed. To hash its files and then to read them once more costs less than to hold
 * the tar back until its digest is known. A file that changed in between is an error, as one that changed since the scan.
 */
export function* readAgain(
  layer: LayerContents,
  { prefix, chunkSizeBytes }: Pick<LayerSettings, 'prefix' | 'chunkSizeBytes'>,
): Generator<Uint8Array> {
  for (const stretch of layerStretches(layer, chunkSizeBytes)) yield readStretch(stretch, prefix);
}

/** A buffer of its own each time: a slow destination may still hold those before. */
function readStretch({ pieces, sizeBytes }: Stretch, prefix: LayerSettings['prefix']): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    if (piece.kind === 'literal') bytes.set(piece.bytes, at);
    else readRange(prefix, { ...piece, at }, bytes);
    at += pieceBytes(piece);
  }
  return bytes;
}
