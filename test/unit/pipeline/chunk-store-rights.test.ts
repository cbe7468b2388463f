import { chmodSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noise } from '../chunks/noise.ts';
import { imageOf, inStore, type TestStore } from './chunk-stores.ts';

const READ_HINT = 'Run as a user who may read it.';
const NOBODY = 65534;

/** Root may do everything. */
async function withoutPrivileges<Result>(use: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return use();
  process.seteuid?.(NOBODY);
  try {
    return await use();
  } finally {
    process.seteuid?.(0);
  }
}

/** A store with an image that others than its owner may read, beside which they may write. */
async function inReadableStore(use: (store: TestStore) => Promise<void>): Promise<void> {
  await inStore(async (store) => {
    chmodSync(dirname(store.directory), 0o777);
    await store.add(imageOf({ a: noise(1, 5000) }));
    await use(store);
  });
}

describe('a user without the rights', () => {
  it('is told which directory of a store cannot be read', async () => {
    await inReadableStore(async (store) => {
      const path = join(store.directory, 'images');
      chmodSync(path, 0);
      await withoutPrivileges(() =>
        expect(store.verify()).rejects.toMatchObject({
          code: 'bad-store',
          message: `reading ${path} of the chunk store`,
          hint: READ_HINT,
        }),
      );
      chmodSync(path, 0o755);
    });
  });

  it.each(['images', 'indexes'])('is not told that what cannot be read in %s is damaged', async (place) => {
    await inReadableStore(async (store) => {
      const [name = ''] = readdirSync(join(store.directory, place));
      const path = join(store.directory, place, name);
      chmodSync(path, 0);
      await withoutPrivileges(() =>
        expect(store.restore('image-1')).rejects.toMatchObject({
          code: 'bad-store',
          message: `reading ${path} of the chunk store`,
          hint: READ_HINT,
        }),
      );
    });
  });

  it('is told by verify which chunk cannot be read, and why', async () => {
    await inReadableStore(async (store) => {
      const [name = ''] = store.chunks();
      const path = join(store.directory, 'chunks', name.slice(0, 2), name);
      chmodSync(path, 0);
      await withoutPrivileges(async () => {
        expect((await store.verify()).findings).toEqual([
          {
            code: 'damaged',
            subject: `chunk ${name}`,
            message: `it cannot be read: EACCES: permission denied, open '${path}', and an image needs it`,
          },
        ]);
        await expect(store.restore('image-1')).rejects.toMatchObject({
          message: `reading ${path} of the chunk store`,
          hint: READ_HINT,
        });
      });
    });
  });

  it('removes no image, and is told why', async () => {
    await inReadableStore(async (store) => {
      const [name = ''] = readdirSync(join(store.directory, 'images'));
      chmodSync(join(store.directory, 'images'), 0o555);
      await withoutPrivileges(() =>
        expect(store.remove('image-1')).rejects.toMatchObject({
          code: 'write-failed',
          message: `writing to the chunk store ${join(store.directory, 'images', name)}`,
          hint: 'Run as a user who may write there, or choose another place.',
        }),
      );
      chmodSync(join(store.directory, 'images'), 0o755);
    });
  });
});
