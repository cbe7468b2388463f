import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../../src/layers/engines/choose-engine.ts';
import { OFFICIAL_ZLIB_FINGERPRINT } from '../../../../src/layers/engines/fingerprint.ts';
import { LayahError } from '../../../../src/model/errors.ts';
import { engineIdentity, type EngineRequest } from '../../../../src/model/gzip-engine.ts';
import { libdeflateIsHere } from './libdeflate-here.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-engines-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function request(name: EngineRequest['name'], changes: Partial<EngineRequest> = {}): EngineRequest {
  return { name, level: undefined, libdeflatePath: undefined, ...changes };
}

describe('chooseEngine', () => {
  it('finds in pako the bytes of official Node', async () => {
    const pako = await chooseEngine(request('pako'));
    expect(pako).toMatchObject({ name: 'pako', fingerprint: OFFICIAL_ZLIB_FINGERPRINT, level: 6 });
    expect(pako.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('gives for zlib always the bytes of official Node, whatever this Node was built with', async () => {
    const engine = await chooseEngine(request('zlib', { level: 9 }));
    expect(engine.fingerprint).toBe(OFFICIAL_ZLIB_FINGERPRINT);
    expect(engineIdentity(engine)).toBe(`zlib level=9 fingerprint=${OFFICIAL_ZLIB_FINGERPRINT}`);
  });

  it.skipIf(!libdeflateIsHere)(
    'takes libdeflate at level 4 where it is installed (skipped elsewhere)',
    async () => {
      const engine = await chooseEngine(request('auto'));
      expect(engine).toMatchObject({
        name: 'libdeflate',
        level: 4,
        library: 'libdeflate.so.0',
        passedOver: [],
      });
      expect(await chooseEngine(request('libdeflate'))).toEqual(engine);
      expect(engine.fingerprint).toMatch(/^[0-9a-f]{8}$/);
    },
  );

  it.each([
    ['is not there', undefined],
    ['is no library', 'text'],
    ['is a library without the functions of libdeflate', process.execPath],
  ])('refuses a libdeflate that was named and %s', async (_what, content) => {
    const path = content === process.execPath ? findOtherLibrary() : join(directory, `lib${content}.so`);
    if (content === 'text') writeFileSync(path, content);
    for (const name of ['auto', 'libdeflate'] as const) {
      const failure: unknown = await chooseEngine(request(name, { libdeflatePath: path })).catch(
        (thrown: unknown) => thrown,
      );
      if (!(failure instanceof LayahError)) throw new Error('it was not refused');
      expect(failure.code).toBe('missing-program');
      expect(failure.message).toBe(`loading libdeflate as ${path}`);
      expect(failure.hint).toContain('LAYAH_LIBDEFLATE');
    }
  });
});

/** A shared library that this process has loaded already. */
function findOtherLibrary(): string {
  const report = process.report.getReport() as unknown as { sharedObjects: string[] };
  const library = report.sharedObjects.find((path) => path.includes('/libc.'));
  if (library === undefined) throw new Error('no libc among the shared objects of this process');
  return library;
}
