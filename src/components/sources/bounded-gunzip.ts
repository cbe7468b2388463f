import { createGunzip, gunzipSync } from 'node:zlib';

export interface Gunzipped {
  readonly content: Buffer;
  /** What stopped it before the end: damaged data. Reaching the limit is no failure. */
  readonly failure: unknown;
}

/** At most the first `maxBytes` of what a gzip file holds; the rest is not decompressed. */
export async function gunzipAtMost(compressed: Uint8Array, maxBytes: number): Promise<Gunzipped> {
  if (compressed.length <= MAX_SYNC_BYTES) {
    try {
      return { content: gunzipSync(compressed, { maxOutputLength: maxBytes }), failure: undefined };
    } catch {
      // Damaged or too long: below comes out what there is.
    }
  }
  return gunzipStart(compressed, maxBytes);
}

/** A stream costs ten times as much as so few bytes, of which there are thousands of files. */
const MAX_SYNC_BYTES = 256 * 1024;

async function gunzipStart(compressed: Uint8Array, maxBytes: number): Promise<Gunzipped> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  const stream: AsyncIterable<Buffer> = gunzip;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let failure: unknown;
  gunzip.end(compressed);
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= maxBytes) break;
    }
  } catch (thrown) {
    failure = thrown;
  }
  return { content: Buffer.concat(chunks).subarray(0, maxBytes), failure };
}
