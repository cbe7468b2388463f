import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject } from 'vitest';
import { APP_IMAGE, FLOW_NEEDS, LAYAH_IMAGE, layahLayout, prepareFlows } from './flows-workspace.ts';
import { layahOrFail, run } from './layah.ts';
import { haveAll, testWith } from './needs.ts';

const PODMAN = 'podman';
const MEBIBYTE = 1 << 20;
const CONFINED = ['--rm', '--read-only', '--network=none', '--cap-drop=all'];

beforeAll(async () => {
  if (haveAll(FLOW_NEEDS)) await prepareFlows();
});

describe("layah's image", () => {
  testWith(FLOW_NEEDS, 'is below 120 MB, in layers that verify', async () => {
    const { blobs } = await describeLayout();
    expect(blobs.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(120e6);
    console.log(
      blobs.map(({ size, name }) => `${(size / MEBIBYTE).toFixed(1).padStart(6)} MiB ${name}`).join('\n'),
    );
    console.log(await layahOrFail(['verify', `oci:${layahLayout}`]));
  });

  testWith(FLOW_NEEDS, 'reads a tree without root, capabilities, network and a writable disk', async () => {
    const archive = join(await scratchDirectory(), 'image.ociarchive');
    const user = ['--user', '12345:23456', '--security-opt=no-new-privileges'];
    const mount = ['--mount', `type=image,source=${LAYAH_IMAGE},target=/layah`];
    const command = ['podman', 'run', ...CONFINED, ...user, ...mount, LAYAH_IMAGE, 'build'].join(' ');
    // All of that tree is readable by everybody, but /root.
    await expect(run('bash', ['-euc', `${command} >${archive}`])).rejects.toThrow(
      'reading /root in the root filesystem /layah',
    );
    await run('bash', ['-euc', `${command} --prune /root/ >${archive}`]);
    console.log(await layahOrFail(['verify', archive]));
  });

  testWith(FLOW_NEEDS, 'reads files of other owners with one capability', async () => {
    const archive = join(await scratchDirectory(), 'image.ociarchive');
    const flags = [
      ...CONFINED,
      '--cap-add=dac_read_search',
      '--mount',
      `type=image,source=${APP_IMAGE},target=/layah`,
    ];
    await run('bash', ['-euc', `podman run ${flags.join(' ')} ${LAYAH_IMAGE} build >${archive}`]);
    console.log(await layahOrFail(['verify', archive]));
  });

  testWith(FLOW_NEEDS, 'finds an image on /chunkah and answers to that name', async () => {
    const archive = join(await scratchDirectory(), 'image.ociarchive');
    const mount = `--mount type=image,source=${APP_IMAGE},target=/chunkah -e CHUNKAH_CONFIG_STR`;
    await run('bash', [
      '-euc',
      `export CHUNKAH_CONFIG_STR='{"Cmd":["true"]}'; podman run --rm ${mount} --entrypoint chunkah ${LAYAH_IMAGE} build >${archive}`,
    ]);
    expect(
      await run('skopeo', ['inspect', '--config', '--format', '{{.Config.Cmd}}', `oci-archive:${archive}`]),
    ).toBe('[true]');
  });

  testWith(FLOW_NEEDS, 'says what to mount when nothing is mounted', async () => {
    const { exitCode, stderr } = await execa(PODMAN, ['run', '--rm', LAYAH_IMAGE, 'build', '-o', '/x'], {
      reject: false,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('mount the image on /layah or /chunkah');
  });
});

describe("layah's image as process 1 of a container", () => {
  for (const [signal, exitCode] of [
    ['INT', 130],
    ['TERM', 143],
  ] as const) {
    testWith(
      FLOW_NEEDS,
      `ends at once with ${exitCode} by SIG${signal}, and leaves nothing behind`,
      async () => {
        const output = await scratchDirectory();
        const name = `layah-e2e-${signal}-${process.pid}`;
        const mount = [
          '--mount',
          'type=image,source=localhost/layah-base,target=/layah',
          '-v',
          `${output}:/out`,
        ];
        const flags = ['--rm', '--name', name, '--security-opt=label=disable', ...mount];
        const container = execa(PODMAN, ['run', ...flags, LAYAH_IMAGE, 'build', '-o', '/out/image'], {
          reject: false,
          stdin: 'ignore',
        });
        await untilThere(output);
        const started = performance.now();
        await run('podman', ['kill', '--signal', signal, name]);
        const result = await container;
        expect(result.exitCode).toBe(exitCode);
        expect(result.stderr).toContain(`stopped by SIG${signal}`);
        const milliseconds = performance.now() - started;
        console.log(`SIG${signal}: ${milliseconds.toFixed(0)} ms with podman's own`);
        expect(milliseconds).toBeLessThan(5000);
        expect(await readdir(output)).toEqual([]);
      },
    );
  }

  testWith(FLOW_NEEDS, 'does not wait for a config that nobody writes', async () => {
    const name = `layah-e2e-stdin-${process.pid}`;
    const container = execa(
      PODMAN,
      [
        'run',
        '--rm',
        '-i',
        '--name',
        name,
        '--mount',
        `type=image,source=${APP_IMAGE},target=/layah`,
        LAYAH_IMAGE,
        'build',
        '--config',
        '-',
      ],
      { reject: false, stdin: 'pipe', encoding: 'buffer' },
    );
    await untilRunning(name);
    await run('podman', ['kill', '--signal', 'TERM', name]);
    expect((await container).exitCode).toBe(143);
  });
});

async function scratchDirectory(): Promise<string> {
  return mkdtemp(join(inject('runDirectory'), 'image-'));
}

interface SizedBlob {
  readonly size: number;
  readonly name: string;
}

/** The layers of layah's image, the biggest first. */
async function describeLayout(): Promise<{ blobs: SizedBlob[] }> {
  const [index] = JSON.parse(await readFile(join(layahLayout, 'index.json'), 'utf8')).manifests;
  const path = join(layahLayout, 'blobs', index.digest.replace(':', '/'));
  const layers: { digest: string; annotations: Record<string, string> }[] = JSON.parse(
    await readFile(path, 'utf8'),
  ).layers;
  const blobs: SizedBlob[] = [];
  for (const { digest, annotations } of layers) {
    const { size } = await stat(join(layahLayout, 'blobs', digest.replace(':', '/')));
    blobs.push({ size, name: (annotations['org.layah.component'] ?? '').slice(0, 90) });
  }
  return { blobs: blobs.sort((a, b) => b.size - a.size) };
}

async function untilThere(directory: string): Promise<void> {
  await until(async () => (await readdir(directory)).length > 0, `a file in ${directory}`);
  await sleep(500);
}

async function untilRunning(name: string): Promise<void> {
  const isRunning = async (): Promise<boolean> => {
    const { stdout } = await execa(PODMAN, ['ps', '-q', '--filter', `name=${name}`]);
    return stdout !== '';
  };
  await until(isRunning, `container ${name}`);
  await sleep(1000);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still no ${what}`);
    await sleep(50);
  }
}
