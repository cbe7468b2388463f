import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { layahOrFail, run } from './layah.ts';
import { makeRootfs, material } from './material.ts';
import { testWith } from './needs.ts';
import { REGISTRY_PROGRAM, servedBlobBytes, withRegistryServer } from './registry-server.ts';

const SCRIPT = 'cat /etc/debian_version; ls / >/dev/null';
const COMMAND = ['--', '/bin/sh', '-c', SCRIPT];

async function recordedPaths(record: string): Promise<string[]> {
  const lines = (await readFile(record, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line).path);
}

const newDirectory = async (): Promise<string> => mkdtemp(join(inject('runDirectory'), 'record-'));

describe('record run', () => {
  testWith(
    ['root', 'debootstrap', 'strace'],
    'sees what a command opens in a root filesystem, with what the kernel loads to run it',
    async () => {
      const record = join(await newDirectory(), 'app.record');
      await layahOrFail(['record', 'run', '--rootfs', await makeRootfs('debian'), '-o', record, ...COMMAND]);
      const paths = await recordedPaths(record);
      console.log(`record run --rootfs: ${paths.join(', ')}`);
      const [shell, linker] = paths;
      expect(shell).toBe('usr/bin/dash');
      expect(linker).toMatch(/^usr\/lib\/.*\/ld-linux-/);
      const programs = paths.filter((path) => path.startsWith('usr/bin/'));
      expect(programs).toEqual(['usr/bin/dash', 'usr/bin/cat', 'usr/bin/ls']);
      expect(paths).toContain('etc/debian_version');
      expect(paths.some((path) => path.includes('libc.so'))).toBe(true);
    },
  );

  testWith(
    ['root', 'debootstrap', 'strace', 'podman'],
    'sees the same in a container, and ends a server',
    async () => {
      const { archive, rootfs, tag } = await material('debian');
      const directory = await newDirectory();
      const [inContainer, inRootfs, stopped] = ['a', 'b', 'c'].map((name) => join(directory, name));
      if (inContainer === undefined || inRootfs === undefined || stopped === undefined) return;
      await layahOrFail(['record', 'run', '--rootfs', rootfs, '-o', inRootfs, ...COMMAND]);
      await run('podman', ['load', '-q', '-i', archive]);
      try {
        await layahOrFail(['record', 'run', '--image', tag, '-o', inContainer, ...COMMAND]);
        const server = ['--stop-after', '5', '-o', stopped, '--', '/bin/sh', '-c', 'tail -f /dev/null'];
        await layahOrFail(['record', 'run', '--image', tag, ...server]);
        expect(await run('podman', ['ps', '-aq', '--filter', `ancestor=${tag}`])).toBe('');
      } finally {
        await run('podman', ['rmi', '-f', tag]);
      }
      // The runtime looks the user up before it starts the command.
      const users = new Set(['etc/passwd', 'etc/group']);
      const opened = (await recordedPaths(inContainer)).filter((path) => !users.has(path));
      expect(opened).toEqual(await recordedPaths(inRootfs));
      expect(await recordedPaths(stopped)).toContain('usr/bin/tail');
    },
  );
});

describe('a record in a registry', () => {
  testWith(
    ['root', 'debootstrap', REGISTRY_PROGRAM, 'curl'],
    'comes back as it was, and decides what an image prefetches, which is read without its layers',
    async () => {
      const rootfs = await makeRootfs('debian');
      const directory = await newDirectory();
      const [list, record, pulled, copied] = ['list', 'record', 'pulled', 'copied'].map((name) =>
        join(directory, name),
      );
      if (list === undefined || record === undefined || pulled === undefined || copied === undefined) return;
      await run('bash', [
        '-c',
        `printf '%s\\n' /bin/bash '/usr/lib/*-linux-gnu/libc.so.6' /etc/passwd >${list}`,
      ]);
      await layahOrFail(['record', 'from-paths', list, '--rootfs', rootfs, '-o', record]);
      await withRegistryServer({ directory }, async (server) => {
        const { host } = server;
        const access = '--tls-verify=false';
        const image = `docker://${host}/app:1`;
        const shared = `docker://${host}/app:1-record`;
        await layahOrFail(['record', 'push', record, '-o', shared, access]);
        await layahOrFail(['record', 'pull', shared, '-o', pulled, access]);
        expect(await readFile(pulled, 'utf8')).toBe(await readFile(record, 'utf8'));
        await layahOrFail(['build', '--rootfs', rootfs, '--record-image', shared, '-o', image, access]);
        expect(await layahOrFail(['verify', image, access])).toContain('ok: every digest is right');
        const before = (await server.requests()).length;
        await layahOrFail(['record', 'from-image', image, '-o', copied, access]);
        const paths = await recordedPaths(copied);
        expect(paths.toSorted()).toEqual((await recordedPaths(record)).toSorted());
        const bytes = servedBlobBytes((await server.requests()).slice(before));
        console.log(`record from-image docker://: ${bytes} bytes of blobs read`);
        expect(bytes).toBeGreaterThan(0);
        expect(bytes).toBeLessThan(5_000_000);
      });
    },
  );
});
