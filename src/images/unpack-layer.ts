/*
 * Hands over a layer as an uncompressed tar, piece by piece. Digest, size and diff ID are checked on the way.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { DiffId } from '../model/digest.ts';
import { type BlobInput, countBytes, layerError, layerFailure, openChecked } from './checked-blob.ts';
import { decompressor } from './decompress.ts';
import type { LayerCompression } from './layer-content.ts';
import type { ReadBudget } from './read-budget.ts';

export interface UnpackInput extends BlobInput {
  readonly compression: LayerCompression;
  /** What the image config says of it. */
  readonly diffId: DiffId;
  readonly budget: ReadBudget;
  /** How many more bytes of the blob were read. */
  readonly onBytes?: (count: number) => void;
}

/** What becomes of the tar. */
export interface TarTaker<Result> {
  push(piece: Buffer): void;
  /** Called at the end, when all of it was right. */
  finish(): Result;
}

/** @throws LayahError `bad-image` naming the layer when it is not what its digest, size or diff ID say, or is no tar. */
export async function unpackLayer<Result>(input: UnpackInput, taker: TarTaker<Result>): Promise<Result> {
  const { descriptor, diffId } = input;
  try {
    const unpacked = await unpack(input, taker);
    if (unpacked !== diffId) throw layerError(descriptor, `its content has ${unpacked} instead of ${diffId}`);
    return taker.finish();
  } catch (thrown) {
    throw layerFailure(descriptor, thrown);
  }
}

async function unpack(input: UnpackInput, taker: Pick<TarTaker<unknown>, 'push'>): Promise<string> {
  const { compression, signal, budget, descriptor, onBytes = () => {} } = input;
  const hash = createHash('sha256');
  const take = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of source) {
      budget.countInflated(piece.length);
      // A blob that is the tar is hashed already.
      if (compression !== 'none') hash.update(piece);
      taker.push(piece);
    }
  };
  const blob = countBytes(await openChecked(input), onBytes);
  if (compression === 'none') await pipeline(blob, take, { signal });
  else await pipeline(blob, decompressor(compression), take, { signal });
  return compression === 'none' ? descriptor.digest : `sha256:${hash.digest('hex')}`;
}
