import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mountPodmanImage } from '../records/podman-image.ts';
import { recordTraced } from '../records/record-traced.ts';
import { watchCommand, type WatchedCommand } from '../records/watch-command.ts';
import type { RecordRunOptions } from '../model/record-options.ts';
import { openRootfs } from '../scan/open-rootfs.ts';
import { readStart } from '../scan/read-start.ts';
import { createRootfsReader } from '../scan/rootfs-reader.ts';
import type { RecordSummary, RunContext } from './run.ts';
import { writeRecord } from './write-record.ts';

const COMMAND_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `layah record run`. @throws LayahError */
export async function runRecordRun(options: RecordRunOptions, context: RunContext): Promise<RecordSummary> {
  const { target } = options;
  if (target.kind === 'rootfs') {
    const root = realpathSync(target.rootfs, { encoding: 'latin1' });
    // As in a container: what is set here, a locale for example, means nothing there.
    const command = ['env', '-i', COMMAND_PATH, 'chroot', target.rootfs, ...options.command];
    return recordBelow(target.rootfs, { options, context, watched: { command, root } });
  }
  const mount = await mountPodmanImage(target.image, context.signal);
  try {
    const name = `layah-record-${randomBytes(6).toString('hex')}`;
    const { image, podmanArguments } = target;
    const command = ['podman', 'run', '--rm', '--name', name, ...podmanArguments, image, ...options.command];
    // Podman passes SIGTERM on, which a container's first process may not hear.
    const stopCommand = ['podman', 'stop', '--time', '5', name];
    return await recordBelow(mount.directory, {
      options,
      context,
      watched: { command, root: '', stopCommand },
    });
  } finally {
    await mount.unmount();
  }
}

interface RecordedRun {
  readonly options: RecordRunOptions;
  readonly context: RunContext;
  readonly watched: Pick<WatchedCommand, 'command' | 'root' | 'stopCommand'>;
}

async function recordBelow(
  hostDirectory: string,
  { options, context, watched }: RecordedRun,
): Promise<RecordSummary> {
  const rootfs = openRootfs(hostDirectory);
  try {
    const reader = createRootfsReader(rootfs);
    const traced = await watchCommand({
      ...watched,
      stopAfterSeconds: options.stopAfterSeconds,
      temporaryDirectory: tmpdir(),
      signal: context.signal,
    });
    const files = recordTraced(traced, {
      resolve: (path) => reader.resolve(path),
      readStart: (path, bytes) => readStart(rootfs, path, bytes),
    });
    await writeRecord(files, options.output, context);
    return { fileCount: files.length };
  } finally {
    rootfs.close();
  }
}
