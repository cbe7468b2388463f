import { createHash } from 'node:crypto';
import { LayahError, systemErrorCode } from '../model/errors.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import type { ImageStore } from './image-store.ts';
import { LimitError } from './read-budget.ts';

export interface BlobInput {
  readonly store: ImageStore;
  readonly descriptor: ReadDescriptor;
  readonly signal: AbortSignal;
}

/** The bytes of the blob; ends in an error when they are not those of the descriptor. */
export async function openChecked({ store, descriptor, signal }: BlobInput): Promise<AsyncGenerator<Buffer>> {
  const { digest, size } = descriptor;
  return checked(await store.readBlob(digest, size), descriptor, signal);
}

async function* checked(
  blob: AsyncIterable<Buffer>,
  descriptor: ReadDescriptor,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of blob) {
    signal.throwIfAborted();
    hash.update(chunk);
    yield chunk;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== descriptor.digest) throw layerError(descriptor, `its blob has ${digest}`);
}

/** The same, and says of each piece how large it is after it was used. */
export async function* countBytes(
  blob: AsyncIterable<Buffer>,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of blob) {
    yield chunk;
    onBytes(chunk.length);
  }
}

export function layerError({ digest }: ReadDescriptor, what: string, cause?: unknown): LayahError {
  return new LayahError({
    code: 'bad-image',
    message: `the layer ${digest}: ${what}`,
    hint: 'The image is damaged; copy it again. layah verify lists all that is wrong with it.',
    cause,
  });
}

/** What was thrown while a layer was read, with the layer's name where it is the layer that is at fault. */
export function layerFailure(descriptor: ReadDescriptor, thrown: unknown): unknown {
  if (systemErrorCode(thrown)?.startsWith('Z') === true && thrown instanceof Error) {
    return layerError(descriptor, `it does not decompress: ${thrown.message}`, thrown);
  }
  if (thrown instanceof LimitError) return tooMuch(descriptor, thrown);
  if (!(thrown instanceof LayahError) || thrown.code !== 'bad-image') return thrown;
  const { message, hint } = thrown;
  if (hint === undefined) return layerError(descriptor, message);
  // "it" is the layer, as for a compression that this Node does not know.
  const isOfLayer = message.startsWith('it ');
  return isOfLayer
    ? new LayahError({ code: 'bad-image', message: `the layer ${descriptor.digest}: ${message}`, hint })
    : thrown;
}

function tooMuch({ digest }: ReadDescriptor, { message }: LimitError): LayahError {
  return new LayahError({ code: 'bad-image', message: `the layer ${digest}: ${message}` });
}
