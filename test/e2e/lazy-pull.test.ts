import { describe, expect } from 'vitest';
import { repositoryDirectory, run } from './layah.ts';
import { material } from './material.ts';
import { testWith } from './needs.ts';

/** Starts a registry, containerd and stargz-snapshotter, and fails unless every layer is mounted lazily. */
const lazyPull = '../shared/env/lazy-pull.sh';

describe('stargz-snapshotter', () => {
  testWith(
    ['root', 'debootstrap', lazyPull],
    'pulls every layer of the Debian image lazily and runs a command in it',
    async () => {
      const { archive } = await material('debian');
      const script =
        '. /etc/os-release; echo "runs $ID $VERSION_ID"; dpkg-query -W bash; ls /usr/bin | wc -l';
      const output = await run('bash', [`${repositoryDirectory}/${lazyPull}`, archive, 'asis', script]);
      console.log(output);
      const [, lazy, all] = /(\d+) of (\d+) layers mounted lazily/.exec(output) ?? [];
      expect(Number(all)).toBeGreaterThan(1);
      expect(lazy).toBe(all);
      expect(output).toContain('runs debian 12');
    },
  );
});
