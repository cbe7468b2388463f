import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject } from 'vitest';
import { jsonBlob } from '../../src/oci/descriptor.ts';
import { CONFIG_MEDIA_TYPE, INDEX_MEDIA_TYPE, MANIFEST_MEDIA_TYPE } from '../../src/oci/media-types.ts';
import { digestOf } from '../unit/registry/fake-registry.ts';
import { layahOrFail, repositoryDirectory, run } from './layah.ts';
import { isThere, testWith } from './needs.ts';

/** What the Go library prints of the layer that it wrote. */
interface GoLayer {
  readonly digest: string;
  readonly diffId: string;
  readonly tocDigest: string;
  readonly size: number;
  readonly uncompressedSize: number;
}

const LAYER_MEDIA_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** An OCI layout in a directory, one blob after the other. */
class Layout {
  readonly #directory: string;
  constructor(directory: string) {
    this.#directory = directory;
  }

  async put(bytes: Uint8Array): Promise<{ digest: string; size: number }> {
    const digest = digestOf(bytes);
    const blobs = join(this.#directory, 'blobs/sha256');
    await mkdir(blobs, { recursive: true });
    await writeFile(join(blobs, digest.slice('sha256:'.length)), bytes);
    return { digest, size: bytes.length };
  }

  async putJson(mediaType: string, document: object): Promise<object> {
    return { mediaType, ...(await this.put(jsonBlob(mediaType, document).bytes)) };
  }

  async putManifest(config: object, layers: readonly object[]): Promise<object> {
    const described = await this.putJson(CONFIG_MEDIA_TYPE, config);
    const manifest = { schemaVersion: 2, mediaType: MANIFEST_MEDIA_TYPE, config: described, layers };
    return this.putJson(MANIFEST_MEDIA_TYPE, manifest);
  }

  async finish(manifests: readonly object[]): Promise<void> {
    const index = { schemaVersion: 2, mediaType: INDEX_MEDIA_TYPE, manifests };
    await writeFile(join(this.#directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(this.#directory, 'index.json'), JSON.stringify(index));
  }
}

/** A tree with what matters here, as GNU tar writes it. */
async function makeTar(directory: string): Promise<string> {
  const tree = join(directory, 'tree');
  const tar = join(directory, 'tree.tar');
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  for (let index = 0; index < 40; index++) {
    await writeFile(join(tree, `usr/bin/file${index}`), `content ${index}\n`.repeat(10 ** (index % 5)));
  }
  await writeFile(join(tree, 'usr/bin/empty'), '');
  await run('ln', [join(tree, 'usr/bin/file3'), join(tree, 'usr/bin/hardlink')]);
  await run('ln', ['-s', 'file3', join(tree, 'usr/bin/symlink')]);
  await run('tar', ['--format=pax', '--numeric-owner', '--sort=name', '-C', tree, '-cf', tar, 'usr']);
  return tar;
}

describe('layah verify finds nothing wrong with what the Go library writes', () => {
  const program = (): string => join(inject('runDirectory'), 'conformance');
  beforeAll(async () => {
    if (!isThere('go')) return;
    await run('go', ['build', '-C', join(repositoryDirectory, 'test/conformance'), '-o', program(), '.']);
  });

  const variants: Readonly<Record<string, readonly string[]>> = {
    plain: [],
    'in chunks of 1,000 bytes': ['-chunk-size', '1000'],
    'with members of several chunks': ['-min-chunk-size', '5000', '-chunk-size', '20000'],
    'with files to prefetch': ['-prioritize', 'usr/bin/file7', '-prioritize', 'usr/bin/hardlink'],
    'with both': ['-min-chunk-size', '5000', '-prioritize', 'usr/bin/file7', '-prioritize', 'usr/bin/file9'],
  };
  for (const [name, flags] of Object.entries(variants)) {
    for (const isExternal of [false, true]) {
      const title = `${name}${isExternal ? ', the table of contents in another image' : ''}`;
      testWith(['go', 'tar'], title, async () => {
        const directory = join(inject('runDirectory'), `go-${title.replaceAll(/\W+/g, '-')}`);
        await mkdir(directory, { recursive: true });
        const tar = await makeTar(directory);
        const [blob, toc] = [join(directory, 'layer'), join(directory, 'toc')];
        const external = isExternal ? ['-external-toc', toc] : [];
        const said: GoLayer = JSON.parse(await run(program(), ['build', ...flags, ...external, tar, blob]));
        const layout = new Layout(join(directory, 'oci'));
        const annotations = {
          'containerd.io/snapshot/stargz/toc.digest': said.tocDigest,
          'io.containers.estargz.uncompressed-size': String(said.uncompressedSize),
        };
        const layer = {
          mediaType: LAYER_MEDIA_TYPE,
          ...(await layout.put(await readFile(blob))),
          annotations,
        };
        expect(layer.digest).toBe(said.digest);
        const config = {
          architecture: 'amd64',
          os: 'linux',
          rootfs: { type: 'layers', diff_ids: [said.diffId] },
        };
        const ref = (tag: string) => ({ annotations: { 'org.opencontainers.image.ref.name': tag } });
        const image = { ...(await layout.putManifest(config, [layer])), ...ref('app:1') };
        const tocs = isExternal
          ? [
              {
                ...(await layout.putManifest({}, [await tocLayer(layout, toc, said)])),
                ...ref('app:1-esgztoc'),
              },
            ]
          : [];
        await layout.finish([image, ...tocs]);
        const tree = join(directory, 'tree');
        const output = await layahOrFail(['verify', `oci:${join(directory, 'oci')}`, '--rootfs', tree]);
        expect(output).toContain('1 layer (1 eStargz)');
        expect(output).toContain('ok: every digest is right, and the tree is that of');
      });
    }
  }
});

async function tocLayer(layout: Layout, path: string, { digest }: GoLayer): Promise<object> {
  const annotations = { 'containerd.io/snapshot/stargz/layer.digest': digest };
  return { mediaType: LAYER_MEDIA_TYPE, ...(await layout.put(await readFile(path))), annotations };
}
