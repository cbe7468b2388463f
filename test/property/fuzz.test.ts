import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { LayahError } from '../../src/model/errors.ts';
import { readCorpus } from '../fuzz/corpus.ts';
import { startSession } from '../fuzz/session.ts';
import { tryInput, type Outcome } from '../fuzz/target.ts';
import { FUZZ_TARGETS } from '../fuzz/targets.ts';
import { cpuSecondsSince } from '../unit/cpu-seconds.ts';

const INPUTS = 40;

describe('the fuzzer', () => {
  function tried(read: (input: Buffer) => unknown): Promise<Outcome> {
    return tryInput({ name: 'a', seeds: [], tokens: [], read }, Buffer.from('input'));
  }

  it('takes values and errors of ours for no crash', async () => {
    expect(await tried(() => [1, 2])).toEqual({ kind: 'read', shape: '[2number]' });
    const refusal = new LayahError({ code: 'bad-database', message: 'line 7 is "odd"' });
    expect(await tried(() => Promise.reject(refusal))).toEqual({
      kind: 'refused',
      shape: 'bad-database line # is #',
    });
  });

  it.each([
    ['an error of the language', new TypeError('x is undefined')],
    ['an error of ours that says it is our fault', new LayahError({ code: 'internal', message: 'x' })],
  ])('takes %s for a crash', async (_, thrown) => {
    expect(await tried(() => Promise.reject(thrown))).toMatchObject({ kind: 'crash' });
  });

  it('takes what needs seconds for a few bytes for a crash', async () => {
    const outcome = await tried(() => {
      const start = cpuUsage();
      while (cpuSecondsSince(start) < 0.3);
    });
    expect(outcome).toMatchObject({
      kind: 'crash',
      why: expect.stringMatching(/^took 0\.[0-9]+ s for 5 bytes$/),
    });
  });

  it('tries the same inputs again with the same seed, and others with another', async () => {
    const inputsOf = async (seed: number): Promise<string[]> => {
      const inputs: string[] = [];
      const target = { name: 'a', seeds: [Buffer.from('some seed')], tokens: ['x'], read: () => 1 };
      await (await startSession(target, seed)).takeTurn(20, (input) => inputs.push(input.toString('hex')));
      return inputs;
    };
    const first = await inputsOf(1);
    expect(await inputsOf(1)).toEqual(first);
    expect(await inputsOf(2)).not.toEqual(first);
  });
});

describe.each(FUZZ_TARGETS)('the fuzzed parser $name', (target) => {
  it('reads its seeds', async () => {
    for (const seed of target.seeds) {
      expect(await tryInput(target, Buffer.from(seed))).toMatchObject({ kind: 'read' });
    }
  });

  it('crashes on nothing that was found or kept before', async () => {
    for (const { name, content } of readCorpus(target.name)) {
      expect(await tryInput(target, content), name).not.toMatchObject({ kind: 'crash' });
    }
  });

  it('crashes on no mutation of them (npm run fuzz tries more)', async () => {
    const session = await startSession(target, 1);
    expect((await session.takeTurn(INPUTS)).crashes).toEqual([]);
  });
});
