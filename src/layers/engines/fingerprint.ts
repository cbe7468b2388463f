/*
 * The fingerprint of an engine: what it makes of a fixed sample at three levels. Libraries do not say reliably which
 * version they are (libdeflate has no function for it, distributions patch zlib), but this tells whether the same
 * input will give the same bytes.
 */
import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { EngineName } from '../../model/gzip-engine.ts';
import type { EngineFactory } from './open-engine.ts';

/** The last is the one where versions of libdeflate differ most. */
const LEVELS: Readonly<Record<EngineName, readonly number[]>> = {
  libdeflate: [1, 6, 12],
  zlib: [1, 6, 9],
  pako: [1, 6, 9],
};

/** @returns undefined when the sample does not come back: this is no deflate. */
export function fingerprint(name: EngineName, createEngine: EngineFactory): string | undefined {
  const hash = createHash('sha256');
  const output = new Uint8Array(2 * GENERATED_BYTES);
  const inputs = samples();
  for (const level of LEVELS[name]) {
    const engine = createEngine(level);
    for (const sample of inputs) {
      const deflated = output.subarray(0, engine.deflate(sample, output));
      if (!restores(deflated, sample)) return undefined;
      hash.update(deflated);
    }
  }
  return hash.digest('hex').slice(0, 8);
}

/** Of official Node 20 to 26 on any CPU, and so of pako. A Node that uses the system's zlib has others. */
export const OFFICIAL_ZLIB_FINGERPRINT = '1e2d545e';

/** Measured with libraries built from the tags of its repository; versions in one line give the same bytes. */
const LIBDEFLATE_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['180a1845', '1.9 to 1.15'],
  ['7120f282', '1.16 to 1.18'],
  ['537142ad', '1.19 to 1.25'],
]);

export function libdeflateVersion(fingerprintOf: string): string {
  return LIBDEFLATE_VERSIONS.get(fingerprintOf) ?? 'of an unknown version';
}

function restores(deflated: Uint8Array, sample: Uint8Array): boolean {
  try {
    return inflateRawSync(deflated).equals(sample);
  } catch {
    return false;
  }
}

const SHORT_TEXT =
  'Licensed under the Apache License, Version 2.0; you may not use this file except in compliance.\n';
const GENERATED_BYTES = 4096;

/** Short text for what an engine does with little, and bytes with repetitions of all lengths and distances. */
function samples(): readonly Uint8Array[] {
  const bytes = new Uint8Array(GENERATED_BYTES);
  const random = linearCongruential();
  for (let at = 0; at < bytes.length;) {
    if (at < 64 || random() % 4 === 0) {
      bytes[at++] = random();
      continue;
    }
    const end = Math.min(at + 3 + (random() % 40), bytes.length);
    const distance = 1 + (random() % at);
    for (; at < end; at++) bytes[at] = bytes[at - distance] ?? 0;
  }
  return [Buffer.from(SHORT_TEXT), bytes];
}

/** The upper half of the state of the generator of the C standard's example. */
function linearCongruential(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  };
}
