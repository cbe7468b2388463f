import type { RecordedFile } from '../model/record.ts';
import { rootfsPath, type RootfsPath } from '../model/rootfs-path.ts';
import { PROGRAM_START_BYTES, programInterpreter } from './program-interpreter.ts';
import type { TracedFile } from './strace-log.ts';

/** What is asked of the root filesystem in which the command ran. */
export interface ProgramReader {
  resolve(path: RootfsPath): RootfsPath | undefined;
  /** The first bytes of a regular file; undefined when there is none. @param path - without symlinks. */
  readStart(path: RootfsPath, lengthBytes: number): Uint8Array | undefined;
}

/**
 * The regular files of the root filesystem among what was traced, in order, each once; behind each program the ones
 * that the kernel loads to run it. What the command made itself, and what was mounted, is not among them.
 */
export function recordTraced(traced: readonly TracedFile[], reader: ProgramReader): RecordedFile[] {
  const paths = new Set<RootfsPath>();
  for (const { kind, path: text } of traced) {
    const path = kind === 'open' ? rootfsPath(text) : reader.resolve(rootfsPath(text));
    if (path === undefined || reader.readStart(path, 1) === undefined) continue;
    paths.add(path);
    if (kind === 'execute') addInterpreters(path, reader, paths);
  }
  return [...paths].map((path) => ({ path }));
}

/** A script may have a script as its interpreter (as the kernel, BINPRM_MAX_RECURSION). */
const MAX_INTERPRETERS = 5;

function addInterpreters(program: RootfsPath, reader: ProgramReader, paths: Set<RootfsPath>): void {
  let current: RootfsPath | undefined = program;
  for (let count = 0; count < MAX_INTERPRETERS; count++) {
    const start = reader.readStart(current, PROGRAM_START_BYTES);
    const interpreter = start === undefined ? undefined : programInterpreter(start);
    current = interpreter === undefined ? undefined : reader.resolve(rootfsPath(interpreter));
    if (current === undefined || reader.readStart(current, 1) === undefined) return;
    paths.add(current);
  }
}
