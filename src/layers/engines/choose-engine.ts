/*
 * Which engine compresses. Engines differ in their bytes, so the rule depends on what is installed and on nothing else:
 *
 *   auto        libdeflate where it can be loaded, else as zlib
 *   zlib        the bytes of official Node's zlib: by node:zlib where that gives them, else by pako
 *   libdeflate, pako   themselves or an error
 */
import { createRequire } from 'node:module';
import { LayahError, unreachable } from '../../model/errors.ts';
import type { EngineName, EngineRequest, GzipEngine } from '../../model/gzip-engine.ts';
import { fingerprint, libdeflateVersion, OFFICIAL_ZLIB_FINGERPRINT } from './fingerprint.ts';
import { LIBDEFLATE_SONAME } from './libdeflate.ts';
import { loadEngine } from './open-engine.ts';

/** @throws LayahError `missing-program` for a libdeflate that was asked for, by name or by path, and cannot be used. */
export async function chooseEngine(request: EngineRequest): Promise<GzipEngine> {
  switch (request.name) {
    case 'libdeflate':
      return chooseLibdeflate(request);
    case 'zlib':
      return chooseZlib(request, []);
    case 'pako':
      return choosePako(request, []);
    case 'auto':
      return chooseAutomatically(request);
    default:
      return unreachable(request.name);
  }
}

async function chooseAutomatically(request: EngineRequest): Promise<GzipEngine> {
  try {
    return await chooseLibdeflate(request);
  } catch (thrown) {
    if (request.libdeflatePath !== undefined || !(thrown instanceof LayahError)) throw thrown;
    return chooseZlib(request, [`no libdeflate: ${firstLine(thrown.cause)}`]);
  }
}

async function chooseLibdeflate({ level, libdeflatePath }: EngineRequest): Promise<GzipEngine> {
  const library = libdeflatePath ?? LIBDEFLATE_SONAME;
  const tested = await testEngine('libdeflate', library).catch((cause: unknown) => {
    throw unusable(library, cause);
  });
  const version = libdeflateVersion(tested);
  return { name: 'libdeflate', version, fingerprint: tested, level: level ?? 4, library, passedOver: [] };
}

async function chooseZlib(request: EngineRequest, passedOver: readonly string[]): Promise<GzipEngine> {
  const tested = await testEngine('zlib', undefined);
  if (tested !== OFFICIAL_ZLIB_FINGERPRINT) {
    const reason = `this Node's zlib has the fingerprint ${tested} and not official Node's ${OFFICIAL_ZLIB_FINGERPRINT}`;
    return choosePako(request, [...passedOver, reason]);
  }
  const version = process.versions.zlib;
  return {
    name: 'zlib',
    version,
    fingerprint: tested,
    level: request.level ?? 6,
    library: undefined,
    passedOver,
  };
}

async function choosePako({ level }: EngineRequest, passedOver: readonly string[]): Promise<GzipEngine> {
  const tested = await testEngine('pako', undefined);
  const version = pakoVersion();
  return { name: 'pako', version, fingerprint: tested, level: level ?? 6, library: undefined, passedOver };
}

function pakoVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('pako/package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'of an unknown version';
}

async function testEngine(name: EngineName, library: string | undefined): Promise<string> {
  const tested = fingerprint(name, await loadEngine(name, library));
  if (tested !== undefined) return tested;
  throw new LayahError({ code: 'internal', message: `${name} does not compress correctly` });
}

function unusable(library: string, cause: unknown): LayahError {
  return new LayahError({
    code: 'missing-program',
    message: `loading libdeflate as ${library}`,
    hint: 'Install libdeflate (libdeflate0 on Debian), say with LAYAH_LIBDEFLATE where it is, or use --gzip-engine zlib.',
    cause,
  });
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n', 1)[0] ?? '';
}
