import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSyntheticStore } from '../unit/chunks/synthetic-store.ts';

const LAYAH = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** LAYAH_SYNTHETIC_IMAGES=10000 has a million chunks: some minutes, and 5 GB of disk. */
const IMAGE_COUNT = Number(process.env['LAYAH_SYNTHETIC_IMAGES'] ?? 40);
const SETTINGS = { imageCount: IMAGE_COUNT, chunksPerImage: 500, newChunksPerImage: 100 };

let directory = '';
let chunkCount = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'layah-chunks-'));
  chunkCount = makeSyntheticStore({ directory, ...SETTINGS });
}, 3_600_000);
afterAll(() => rmSync(directory, { recursive: true }), 3_600_000);

interface Measured {
  readonly stdout: string;
  readonly stderr: string;
  readonly maxResidentMegabytes: number;
}

/** With a heap of 64 MB, which objects for a million chunks would not fit into. */
async function measured(...args: string[]): Promise<Measured> {
  const script = `
    process.on('exit', () => process.stderr.write('\\nresident ' + process.resourceUsage().maxRSS));
    process.argv.splice(1, 1);
    await import(process.argv[1]);`;
  const node = ['--max-old-space-size=64', '--input-type=module', '-e', script, '--', 'x', LAYAH];
  const { stdout, stderr } = await execa(process.execPath, [...node, ...args, '--store', directory]);
  const [, kilobytes = ''] = /resident (\d+)/.exec(stderr) ?? [];
  return { stdout, stderr, maxResidentMegabytes: Number(kilobytes) / 1024 };
}

describe('a store of many images', () => {
  it('is counted and cleaned in bounded memory', { timeout: 3_600_000 }, async () => {
    const stats = await measured('chunk', 'stats', '--json');
    const { uniqueChunkCount, images, indexCount } = JSON.parse(stats.stdout);
    expect([uniqueChunkCount, images.length, indexCount]).toEqual([chunkCount, IMAGE_COUNT, IMAGE_COUNT]);
    // The first and the last image share one end each, all others both.
    expect(images[1].ownChunkCount).toBe(0);
    const clean = await measured('chunk', 'clean');
    expect(clean.stderr).toContain('dropped 0 indexes, 0 chunks');
    const all = await measured('chunk', 'clean', '--all', '--yes');
    expect(all.stderr.replaceAll(',', '')).toContain(
      `dropped ${IMAGE_COUNT} images ${IMAGE_COUNT} indexes ${chunkCount} chunks`,
    );
    const resident = [stats, clean, all].map(({ maxResidentMegabytes }) => Math.round(maxResidentMegabytes));
    console.log(`${IMAGE_COUNT} images, ${chunkCount} chunks: ${resident.join(', ')} MB resident`);
  });
});
