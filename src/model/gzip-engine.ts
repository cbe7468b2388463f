/** What can turn bytes into deflate data. For one engine, fingerprint and level the same input gives the same bytes. */
export const ENGINE_NAMES = ['libdeflate', 'zlib', 'pako'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

export interface EngineRequest {
  /** auto: the first that this machine has, in the order of ENGINE_NAMES. */
  readonly name: EngineName | 'auto';
  /** On the engine's own scale; undefined: the engine's default. */
  readonly level: number | undefined;
  /** The one library to load instead of what the dynamic loader finds; absolute. */
  readonly libdeflatePath: string | undefined;
}

/** What a request came to on this machine. Plain data: it crosses to worker threads. */
export interface GzipEngine {
  readonly name: EngineName;
  /** Of the library; a range where several versions give the same bytes. */
  readonly version: string;
  /** Of what it makes of a fixed sample, see layers/engines/fingerprint.ts. */
  readonly fingerprint: string;
  readonly level: number;
  /** What the dynamic loader was given; only for libdeflate. */
  readonly library: string | undefined;
  /** Why engines that come before it were passed over, one sentence each. */
  readonly passedOver: readonly string[];
}

/** On each compressed layer: what its bytes depend on besides its contents. */
export const ENGINE_ANNOTATION = 'org.layah.deflate';

/** pako and official Node's zlib have one fingerprint and give the same bytes, so they have one name here. */
export function engineIdentity({ name, fingerprint, level }: GzipEngine): string {
  return `${name === 'pako' ? 'zlib' : name} level=${level} fingerprint=${fingerprint}`;
}

/** For people: `libdeflate 1.19 to 1.25, fingerprint 0123abcd`. */
export function describeEngine({ name, version, fingerprint, library }: GzipEngine): string {
  const loaded = library === undefined ? '' : ` (${library})`;
  return `${name} ${version}, fingerprint ${fingerprint}${loaded}`;
}
