/*
 * What strace says of a command that runs inside a root filesystem: which files it opened or executed, in order.
 *
 *   812 chroot("/srv/rootfs")             = 0
 *   812 execve("/bin/sh", ["sh"], 0x55d0c1e8 ...) = 0
 *   812 openat(AT_FDCWD</>, "/etc/passwd", O_RDONLY <unfinished ...>
 *   813 openat(AT_FDCWD</>, "/lib/libc.so.6", O_RDONLY) = 3</usr/lib/libc-2.36.so>
 *   812 <... openat resumed>)             = 3</etc/passwd>
 *
 * A process is inside from its chroot or pivot_root on, and so is what it forks. A child's lines may come before the
 * one that says whose child it is, so what it did is held until then.
 */
export const STRACE_ARGUMENTS: readonly string[] = [
  '-f',
  '-qq',
  '-esignal=none',
  // What descriptors lead to.
  '-y',
  // Our own numbers of the processes in containers.
  '--pidns-translation',
  // No path is longer than this.
  '-s4096',
  '-etrace=open,openat,openat2,execve,chroot,pivot_root,clone,clone3,fork,vfork',
];

export interface TracedFile {
  /** `open`: a path without symlinks, as the kernel knows it. `execute`: as it was given to execve. */
  readonly kind: 'open' | 'execute';
  /** A byte string, absolute as the processes inside see it. */
  readonly path: string;
}

export interface StraceLog {
  /** @param line - a byte string (latin1), without its newline. */
  addLine(line: string): void;
  /** What the processes inside did, in the order in which they first did it. */
  files(): TracedFile[];
}

/**
 * @param root - where the root filesystem lies for whoever reads the log, as a byte string without a slash at its end:
 * '' where the processes inside have a mount namespace of their own, since strace then shows their own names.
 */
export function createStraceLog(root: string): StraceLog {
  const state: LogState = { root, processes: new Map(), lineNumber: 0 };
  return {
    addLine(line) {
      state.lineNumber++;
      const [, pid = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
      if (pid !== '') addEvent(state, processOf(state, pid), rest);
    },
    files: () => filesInside(state),
  };
}

interface Process {
  /** The line from which on it is inside. */
  insideFrom: number;
  /** Whose child it is, and the line on which it was forked. */
  parent: Process | undefined;
  forkedAt: number;
  /** By kind and path, the line of the first time. */
  readonly files: Map<string, number>;
  /** The beginning of a call that another process's line interrupted. */
  unfinished: string;
  unfinishedAt: number;
}

interface LogState {
  readonly root: string;
  readonly processes: Map<string, Process>;
  lineNumber: number;
}

function processOf({ processes }: LogState, pid: string): Process {
  const known = processes.get(pid);
  if (known !== undefined) return known;
  const created: Process = {
    insideFrom: Number.POSITIVE_INFINITY,
    parent: undefined,
    forkedAt: 0,
    files: new Map(),
    unfinished: '',
    unfinishedAt: 0,
  };
  processes.set(pid, created);
  return created;
}

function addEvent(state: LogState, process: Process, text: string): void {
  const unfinished = /^(.*) <unfinished \.\.\.>$/s.exec(text);
  if (unfinished !== null) {
    process.unfinished = unfinished[1] ?? '';
    process.unfinishedAt = state.lineNumber;
    return;
  }
  const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(text);
  if (resumed === null) addCall(state, process, { text, startedAt: state.lineNumber });
  else {
    const { unfinished: start, unfinishedAt: startedAt } = process;
    addCall(state, process, { text: start + (resumed[1] ?? ''), startedAt });
  }
}

interface Call {
  readonly text: string;
  /** The line on which it began. */
  readonly startedAt: number;
}

function addCall(state: LogState, process: Process, { text, startedAt }: Call): void {
  const [, name = '', result = ''] = /^(\w+)\(.*\) += (\d+.*)$/s.exec(text) ?? [];
  switch (name) {
    case 'chroot':
    case 'pivot_root':
      if (Number.isFinite(process.insideFrom)) return;
      // Files of before belong to whoever set the stage.
      process.insideFrom = state.lineNumber;
      process.files.clear();
      return;
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork': {
      const child = processOf(state, ownNumber(result));
      child.parent = process;
      child.forkedAt = startedAt;
      return;
    }
    case 'execve':
      addFile(process, {
        kind: 'execute',
        escaped: /^execve\("((?:[^"\\]|\\.)*)"/s.exec(text)?.[1],
        startedAt,
      });
      return;
    case 'open':
    case 'openat':
    case 'openat2':
      // What is only written need not be there before.
      if (!/^\w+\([^"]*"(?:[^"\\]|\\.)*", (?:\{flags=)?O_WRONLY/s.test(text)) {
        addFile(process, { kind: 'open', escaped: openedPath(state, text), startedAt });
      }
  }
}

/** In a container `7 /* 25514 in strace's PID NS *\/`. */
function ownNumber(result: string): string {
  return /(\d+) in strace's PID NS/.exec(result)?.[1] ?? /^\d+/.exec(result)?.[0] ?? '';
}

interface FileUse {
  readonly kind: TracedFile['kind'];
  readonly escaped: string | undefined;
  readonly startedAt: number;
}

function addFile(process: Process, { kind, escaped, startedAt }: FileUse): void {
  if (escaped === undefined) return;
  const path = unescape(escaped);
  const key = `${kind} ${path}`;
  if (path.startsWith('/') && !process.files.has(key)) process.files.set(key, startedAt);
}

/** The path behind the descriptor that was returned; undefined for what lies outside. */
function openedPath({ root }: LogState, text: string): string | undefined {
  const path = /\) += \d+<(\/.*)>$/s.exec(text)?.[1];
  if (path === undefined) return undefined;
  if (root === '') return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

/** As in C, with octal numbers of up to three digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{1,3}|.)/gs, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8)) : (ESCAPES[escaped] ?? escaped),
  );
}

function filesInside({ processes }: LogState): TracedFile[] {
  const firstAt = new Map<string, number>();
  for (const process of processes.values()) {
    const insideFrom = startOfInside(process);
    for (const [key, at] of process.files) {
      if (at >= insideFrom && at < (firstAt.get(key) ?? Number.POSITIVE_INFINITY)) firstAt.set(key, at);
    }
  }
  return [...firstAt]
    .sort(([, left], [, right]) => left - right)
    .map(([key]) => ({
      kind: key.startsWith('open ') ? 'open' : 'execute',
      path: key.slice(key.indexOf(' ') + 1),
    }));
}

/** What a process inside forks has always been inside. */
function startOfInside(process: Process): number {
  let child = process;
  // Numbers of processes are used again, so what looks like an ancestor may be younger.
  while (child.parent !== undefined && child.parent.forkedAt < child.forkedAt) {
    if (child.parent.insideFrom <= child.forkedAt) return 0;
    child = child.parent;
  }
  return process.insideFrom;
}
