import { realpathSync, statSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { LayahError, systemErrorCode } from '../model/errors.ts';

/** What is written, for messages. */
export type Written = 'image' | 'page' | 'record' | 'drawing';

/** A place for one stream of bytes. */
export interface Destination {
  /** Resolves when the bytes have left this process. */
  write(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/**
 * A file that appears whole or not at all: written under a temporary name beside it, then renamed.
 * What exists and is no regular file (a FIFO, /dev/null) is written to as it is.
 */
export async function fileDestination(path: string, what: Written = 'image'): Promise<Destination> {
  const target = followLink(path);
  const direct = isSpecial(target, what);
  const writtenPath = direct ? target : `${target}.layah-${process.pid}`;
  const finishing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (thrown) {
      throw writeFailed(path, thrown, what);
    }
  };
  const handle = await finishing(async () => open(writtenPath, direct ? 'w' : 'wx'));
  let done = false;
  return {
    write: async (bytes) => finishing(async () => writeAll(handle, bytes)),
    async commit() {
      await finishing(async () => {
        await handle.close();
        if (!direct) await rename(writtenPath, target);
      });
      done = true;
    },
    async abort() {
      if (done) return;
      done = true;
      await handle.close().catch(() => {});
      if (!direct) await rm(writtenPath, { force: true });
    },
  };
}

/**
 * Standard output. A reader that goes away before the end did not get the image: that is a failure. One that stops
 * reading does not hold up an abort.
 */
export function streamDestination(stream: NodeJS.WritableStream, signal: AbortSignal): Destination {
  let failure: Error | undefined;
  stream.on('error', (error: Error) => {
    failure ??= error;
  });
  return {
    async write(bytes) {
      if (failure !== undefined) throw streamFailed(failure);
      await writeOrAbort(stream, bytes, signal);
    },
    commit: async () => Promise.resolve(),
    abort: async () => Promise.resolve(),
  };
}

async function writeOrAbort(
  stream: NodeJS.WritableStream,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stream.write(bytes, (error) => {
      signal.removeEventListener('abort', onAbort);
      if (error) reject(streamFailed(error));
      else resolve();
    });
  });
}

function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isSpecial(path: string, what: Written): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) {
    throw new LayahError({
      code: 'write-failed',
      message: `the output ${path} is a directory`,
      hint:
        what === 'image'
          ? 'Write `oci:DIR` for an OCI directory, or name a file for an archive.'
          : 'Name a file in it.',
    });
  }
  return stats !== undefined && !stats.isFile();
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await handle.write(bytes, written)).bytesWritten;
  }
}

/** For whatever goes wrong at a destination that is a path. */
export function writeFailed(path: string, cause: unknown, what: Written = 'image'): LayahError {
  const hints: Record<string, string> = {
    ENOSPC: 'The disk is full; nothing was left behind. Free some room or write elsewhere.',
    ENOENT: 'Create the directory first.',
    EACCES: 'Choose a place that you may write to.',
    EROFS: 'Choose a place that you may write to.',
  };
  const hint = hints[systemErrorCode(cause) ?? ''];
  return new LayahError({
    code: 'write-failed',
    message: `writing the ${what} to ${path}`,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

function streamFailed(cause: Error): LayahError {
  const closed = systemErrorCode(cause) === 'EPIPE';
  return new LayahError({
    code: 'write-failed',
    message: closed
      ? 'the reader of standard output closed it before the image was complete: the image was not delivered'
      : 'writing the image to standard output',
    hint: 'Look at what the receiving program printed.',
    cause,
  });
}
