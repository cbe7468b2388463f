import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../src/layers/engines/choose-engine.ts';
import { openEngine } from '../../../src/layers/engines/open-engine.ts';
import { startMember } from '../../../src/layers/execute-job.ts';
import { gzipMember } from '../../../src/layers/gzip.ts';
import { outputCapacityBytes } from '../../../src/layers/jobs.ts';
import type { EngineName } from '../../../src/model/gzip-engine.ts';
import { libdeflateIsHere } from './engines/libdeflate-here.ts';

const names: readonly EngineName[] = ['zlib', 'pako', ...(libdeflateIsHere ? (['libdeflate'] as const) : [])];
const engines = await Promise.all(
  names.map(async (name) => {
    const chosen = await chooseEngine({ name, level: 6, libdeflatePath: undefined });
    return [name, await openEngine(chosen)] as const;
  }),
);

function slotWith(input: Uint8Array) {
  return { input, output: new Uint8Array(outputCapacityBytes(input.length)) };
}

describe.each(engines)('a gzip member that grows, by %s', (_name, engine) => {
  it('has the bytes of an ordinary one when nobody asks how large it is', () => {
    const content = Buffer.from('some content '.repeat(500));
    const slot = slotWith(content);
    const member = startMember(engine, slot, { input: 100, output: 7 });
    member.extend(4000);
    expect(
      Buffer.from(slot.output.subarray(7, member.close())).equals(
        gzipMember(engine, content.subarray(100, 4000)),
      ),
    ).toBe(true);
  });

  it('counts compressed bytes, and inflates to what went in however often it was asked', () => {
    const content = Buffer.concat(
      Array.from({ length: 200 }, (_, index) =>
        Buffer.concat([noise(20, index), Buffer.alloc(980, `words ${index} `)]),
      ),
    );
    const slot = slotWith(content);
    const member = startMember(engine, slot, { input: 0, output: 0 });
    const answers: boolean[] = [];
    for (let end = 1000; end <= content.length; end += 1000) {
      member.extend(end);
      answers.push(member.hasReached(1500));
    }
    const end = member.close();
    expect(gunzipSync(slot.output.subarray(0, end)).equals(content)).toBe(true);
    // 200,000 bytes before compression: it takes most of them to reach the bound, and then it stays reached.
    const firstReached = answers.indexOf(true);
    expect(firstReached).toBeGreaterThan(20);
    expect(answers.slice(firstReached).every(Boolean)).toBe(true);
  });

  it('stays below four times its bound where what follows compresses far worse', () => {
    const [bound, step] = [20_000, 5000];
    const content = Buffer.concat([Buffer.alloc(100_000, 'a'), noise(400_000)]);
    const slot = slotWith(content);
    const member = startMember(engine, slot, { input: 0, output: 0 });
    let end = 0;
    do {
      end += step;
      member.extend(end);
    } while (end < content.length && !member.hasReached(bound));
    expect(member.close()).toBeLessThan(4 * bound + 2 * step);
  });

  it('refers across its parts to what came before', () => {
    const part = noise(20_000);
    const slot = slotWith(Buffer.concat([part, part]));
    const member = startMember(engine, slot, { input: 0, output: 0 });
    member.extend(part.length);
    expect(member.hasReached(1)).toBe(true);
    member.extend(2 * part.length);
    const end = member.close();
    expect(end).toBeLessThan(part.length + 1000);
    expect(gunzipSync(slot.output.subarray(0, end)).equals(slot.input)).toBe(true);
  });

  it('leaves room for what does not compress', () => {
    const content = noise(300_000);
    const slot = slotWith(content);
    const member = startMember(engine, slot, { input: 0, output: 0 });
    for (let end = 10_000; end <= content.length; end += 10_000) {
      member.extend(end);
      member.hasReached(1);
    }
    expect(gunzipSync(slot.output.subarray(0, member.close())).equals(content)).toBe(true);
  });
});

describe('zlib and pako', () => {
  it('give the same bytes part by part', () => {
    const content = Buffer.concat([noise(50_000), Buffer.alloc(90_000, 'words and words '), noise(9)]);
    const outputs = engines.slice(0, 2).map(([, engine]) => {
      const slot = slotWith(content);
      const member = startMember(engine, slot, { input: 0, output: 0 });
      for (const end of [20_000, 60_000, 120_000, content.length]) {
        member.extend(end);
        member.hasReached(1);
      }
      return Buffer.from(slot.output.subarray(0, member.close()));
    });
    expect(outputs[0]?.equals(outputs[1] ?? Buffer.alloc(0))).toBe(true);
  });
});

/** Bytes that do not compress, the same at every run. */
function noise(bytes: number, seed = 0): Buffer {
  return createHash('shake256', { outputLength: bytes }).update(String(seed)).digest();
}
