import type { HttpResponse } from './http.ts';

/**
 * The body of a response as bytes.
 * @returns undefined when it is larger than `maxBytes`; nothing more of it is read then.
 * @throws the connection's error.
 */
export async function readBody({ body }: HttpResponse, maxBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of body) {
    if (!Buffer.isBuffer(piece)) continue;
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) {
      body.destroy();
      return undefined;
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** For a response whose body does not matter: a short one is read, so that the connection can be used again. */
export async function discardBody(response: HttpResponse): Promise<void> {
  await readBody(response, 64 << 10).catch(() => response.body.destroy());
}
