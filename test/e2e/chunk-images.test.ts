import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { layahOrFail, repositoryDirectory, run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';
import { withRegistry } from './registry-server.ts';

const NEEDS = ['root', 'buildah', 'skopeo'] as const;

let directory = '';

describe('a chunk store of images that other tools made', () => {
  beforeAll(async () => {
    if (!haveAll(NEEDS)) return;
    directory = await mkdtemp(join(inject('runDirectory'), 'chunk-images-'));
    process.env['CONTAINERS_STORAGE_CONF'] = join(directory, 'storage.conf');
    await writeFile(
      join(directory, 'storage.conf'),
      `[storage]\ndriver = "vfs"\ngraphroot = "${directory}/storage"\nrunroot = "${directory}/run"\n`,
    );
    await mkdir(join(directory, 'context'));
    await run('cp', ['-a', '/usr/share/perl5', join(directory, 'context/perl5')]);
    await writeFile(
      join(directory, 'context/Containerfile'),
      // Three layers of hardly anything, and two that share most of their files.
      'FROM scratch\nCOPY perl5 /usr/share/perl5\nCOPY Containerfile /one\nCOPY Containerfile /two\nWORKDIR /empty\nCOPY perl5 /opt/perl5\nCMD ["/bin/sh"]\n',
    );
    await run('buildah', [
      'build',
      '-q',
      '--layers',
      '--format',
      'docker',
      '-t',
      'localhost/many:1',
      join(directory, 'context'),
    ]);
    await run('skopeo', ['copy', '-q', 'containers-storage:localhost/many:1', `oci:${directory}/layout:v1`]);
    await run('skopeo', [
      'copy',
      '-q',
      'containers-storage:localhost/many:1',
      `docker-archive:${directory}/many.tar:localhost/many:1`,
    ]);
    await layahOrFail([
      'build',
      '--rootfs',
      join(directory, 'context'),
      '-o',
      join(directory, 'own.ociarchive'),
      '-q',
    ]);
  }, 120_000);

  const sources = ['oci:layout:v1', 'docker-archive:many.tar', 'own.ociarchive'];
  const nameOf = (source: string): string => /^(?:oci:)?([a-z-]+)/.exec(source)?.[1] ?? source;
  const inDirectory = (source: string): string => source.replace(/^((?:[a-z-]+:)?)/, `$1${directory}/`);

  for (const source of sources) {
    testWith(NEEDS, `gives ${source} back with the same config and the same diff IDs`, async () => {
      const store = join(directory, 'store');
      const [image, output] = [inDirectory(source), join(directory, `restored-${sources.indexOf(source)}`)];
      console.log(await layahOrFail(['chunk', 'add', image, '--store', store, '--name', nameOf(source)]));
      expect(await layahOrFail(['chunk', 'add', image, '--store', store, '--name', nameOf(source)])).toMatch(
        /total .* 0 +[\d,]+ +0 B/,
      );
      await layahOrFail(['chunk', 'restore', image, '--store', store, '-o', `oci:${output}`]);
      expect(await configOf(`oci:${output}`)).toEqual(await configOf(image));
      console.log(await layahOrFail(['verify', `oci:${output}`]));
    });
  }

  testWith(NEEDS, 'has what the images share once, and says how much that is', async () => {
    const store = join(directory, 'store');
    console.log(await layahOrFail(['chunk', 'stats', '--store', store]));
    const { images, pairs } = JSON.parse(await layahOrFail(['chunk', 'stats', '--store', store, '--json']));
    const [many, again] = images;
    expect(images.map(({ name }: { name: string }) => name)).toEqual(['docker-archive', 'layout', 'own']);
    // The archive and the layout hold the same image.
    expect(again.uniqueBytes).toBe(many.uniqueBytes);
    expect(pairs[0].sharedBytes).toBe(many.uniqueBytes);
    // Its tree twice, and the tree of layah's own image: every file is there once.
    expect(pairs[1].sharedBytes / many.uniqueBytes).toBeGreaterThan(0.99);
    console.log(await layahOrFail(['chunk', 'verify', '--store', store]));
  });

  testWith(
    [...NEEDS, 'docker-registry', 'go'],
    'sends them to a registry as eStargz that the Go library verifies, and writes them into its directory',
    async () => {
      const store = join(directory, 'store');
      const conformance = join(directory, 'conformance');
      await run('go', ['build', '-C', join(repositoryDirectory, 'test/conformance'), '-o', conformance, '.']);
      await withRegistry(join(directory, 'registry'), async (host) => {
        const target = `docker://${host}/many:estargz`;
        console.log(
          await layahOrFail([
            'chunk',
            'push',
            inDirectory(sources[0] ?? ''),
            target,
            '--store',
            store,
            '--tls-verify=false',
          ]),
        );
        const verified = await layahOrFail(['verify', target, '--tls-verify=false']);
        expect(verified).toContain('ok: every digest is right');
        expect(verified).toMatch(/checked 4 layers \(4 eStargz\)/);
        const pulled = join(directory, 'pulled');
        await run('skopeo', ['copy', '-q', '--src-tls-verify=false', target, `oci:${pulled}:v1`]);
        const lines = (await run(conformance, ['check', pulled])).split('\n');
        expect(lines.map((line) => JSON.parse(line).format)).toEqual(lines.map(() => 'estargz'));
      });
      const written = await layahOrFail(['chunk', 'estargz', '--store', store]);
      console.log(written);
      for (const [, layout = ''] of written.matchAll(/: (oci:\S+), /g)) {
        expect(await layahOrFail(['verify', layout])).toContain('ok: every digest is right');
      }
    },
  );
});

/** The image config as it is, which has the diff IDs. */
async function configOf(image: string): Promise<unknown> {
  const transport = image.includes(':') ? image : `oci-archive:${image}`;
  return JSON.parse(await readConfig(transport));
}

async function readConfig(image: string): Promise<string> {
  return run('skopeo', ['inspect', '--config', '--raw', image]);
}
