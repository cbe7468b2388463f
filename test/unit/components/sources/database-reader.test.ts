import { describe, expect, it } from 'vitest';
import { chooseDatabase } from '../../../../src/components/sources/database-reader.ts';
import { LayahError, type ErrorCode } from '../../../../src/model/errors.ts';
import { createCollectingReporter } from '../collecting-reporter.ts';

type Place = readonly string[] | 'nothing' | ErrorCode;

interface Chosen {
  readonly database: readonly string[] | undefined;
  readonly readCount: number;
  readonly warnings: readonly string[];
}

async function choose(...places: readonly Place[]): Promise<Chosen> {
  const reporter = createCollectingReporter();
  let readCount = 0;
  const database = await chooseDatabase({
    places,
    read(place) {
      readCount++;
      if (place === 'nothing') return undefined;
      if (typeof place !== 'string') return place;
      throw new LayahError({ code: place, message: `place ${readCount} is bad` });
    },
    hasPackages: ({ length }) => length > 0,
    reporter,
  });
  return { database, readCount, warnings: reporter.warnings };
}

describe('chooseDatabase', () => {
  it('takes the first that has packages, and reads no further', async () => {
    expect(await choose('nothing', [], ['a'], ['b'])).toEqual({
      database: ['a'],
      readCount: 3,
      warnings: [],
    });
  });

  it('takes the first that is there when none has packages', async () => {
    const first: string[] = [];
    expect((await choose('nothing', first, [])).database).toBe(first);
    expect((await choose('nothing')).database).toBeUndefined();
  });

  it('passes over what cannot be used, with a warning', async () => {
    expect(await choose('bad-database', [], 'bad-database', ['a'])).toEqual({
      database: ['a'],
      readCount: 4,
      warnings: [
        'a package database is passed over: place 1 is bad',
        'a package database is passed over: place 3 is bad',
      ],
    });
  });

  it('fails with the first problem when none has packages, an empty one among them or not', async () => {
    const problem = { code: 'bad-database', message: 'place 1 is bad' };
    await expect(choose('bad-database', 'bad-database')).rejects.toMatchObject(problem);
    await expect(choose('bad-database', [])).rejects.toMatchObject(problem);
  });

  it.each<ErrorCode>(['missing-program', 'read-failed', 'internal'])(
    'fails at once where the tree is not at fault: %s',
    async (code) => {
      await expect(choose(code, ['a'])).rejects.toMatchObject({ code });
    },
  );
});
