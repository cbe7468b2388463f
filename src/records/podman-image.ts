import { execa } from 'execa';
import { LayahError } from '../model/errors.ts';

export interface MountedImage {
  readonly directory: string;
  unmount(): Promise<void>;
}

/**
 * Mounts an image of podman's storage, read only.
 * @throws LayahError `missing-program` without podman, `command-failed` with what podman said.
 */
export async function mountPodmanImage(image: string, signal: AbortSignal): Promise<MountedImage> {
  const result = await execa('podman', ['image', 'mount', '--', image], {
    reject: false,
    stdin: 'ignore',
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (result.code === 'ENOENT') throw missingPodman();
  if (result.failed) throw mountFailed(image, result.stderr);
  return {
    directory: result.stdout,
    async unmount() {
      await execa('podman', ['image', 'unmount', '--', image], { reject: false, stdio: 'ignore' });
    },
  };
}

function missingPodman(): LayahError {
  return new LayahError({
    code: 'missing-program',
    message: 'layah record run --image runs the image with podman, which is not installed',
    hint: 'Install it, or give a root filesystem with --rootfs DIR.',
  });
}

function mountFailed(image: string, messages: string): LayahError {
  const [said = 'it failed without a message'] = messages
    .split('\n')
    .filter((line) => line !== '')
    .slice(-1);
  return new LayahError({
    code: 'command-failed',
    message: `podman cannot mount the image ${image}: ${said}`,
    hint: 'Is it in `podman images`? As an ordinary user run layah inside `podman unshare`.',
  });
}
