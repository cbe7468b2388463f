import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryDirectory } from './layah.ts';

const EXAMPLES = [
  'split-with-podman.sh',
  'split-with-docker.sh',
  'split-with-docker-build.sh',
  'split-with-splitter.sh',
  'split-while-building.sh',
  'split-rootfs.sh',
  'push.sh',
  'convert.sh',
];

/*
 * The other flow tests run the examples, and Containerfile's own command; what the README shows is the same text.
 */
describe('the README', () => {
  for (const name of EXAMPLES) {
    test(`shows the commands of examples/${name}`, async () => {
      const commands = (await read(`examples/${name}`)).replace(/^(?:#.*\n)+/, '');
      expect(await shellBlocks()).toContain(commands);
    });
  }

  test("shows the command that builds layah's own image", async () => {
    const lines = (await read('Containerfile')).split('\n');
    const command = lines.find((line) => line.startsWith('#   buildah build'));
    expect(await shellBlocks()).toContain(`${command?.slice(4)}\n`);
  });
});

async function shellBlocks(): Promise<string[]> {
  return Array.from((await read('README.md')).matchAll(/^```sh\n([^]*?)^```$/gm), ([, block = '']) => block);
}

async function read(path: string): Promise<string> {
  return readFile(join(repositoryDirectory, path), 'utf8');
}
