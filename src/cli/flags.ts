/** One option of a command: what the parser must know of it, and what help and usage errors say of it. */
export interface Flag {
  readonly name: string;
  readonly alias?: string;
  /** The name of its value in help; a flag without one is a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  readonly description: string;
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

export type CommandName =
  | 'build'
  | 'convert'
  | 'diff'
  | 'explain'
  | 'inspect'
  | 'plan'
  | 'verify'
  | 'record from-paths'
  | 'record from-image'
  | 'record run'
  | 'record push'
  | 'record pull'
  | 'chunk add'
  | 'chunk stats'
  | 'chunk compare'
  | 'chunk restore'
  | 'chunk estargz'
  | 'chunk push'
  | 'chunk verify'
  | 'chunk remove'
  | 'chunk clean';

export interface Command {
  readonly name: CommandName;
  /** What follows the command's name in the usage line. */
  readonly usage: string;
  readonly summary: string;
  readonly description: string;
  /** The names of what is given without a dash, in their order; `...` behind the last one means any number of it. */
  readonly positionals?: readonly string[];
  /** Whether a command of the user's own follows after `--`. */
  readonly takesCommand?: boolean;
  readonly groups: readonly FlagGroup[];
  readonly examples: readonly string[];
}

export const MESSAGE_FLAGS: FlagGroup = {
  title: 'Messages (all on standard error)',
  flags: [
    {
      name: 'verbose',
      alias: 'v',
      repeatable: true,
      description: 'say more: tables of layers and sources; -vv adds debug messages and stack traces',
    },
    { name: 'quiet', alias: 'q', description: 'warnings and errors only' },
    { name: 'log-format', value: 'FORMAT', description: 'text or json, one object a line (default: text)' },
    {
      name: 'progress',
      value: 'KIND',
      description:
        'auto, plain or none; auto is a bar on a terminal and plain lines elsewhere (default: auto)',
    },
    { name: 'help', alias: 'h', description: 'show this help' },
  ],
};

/** For commands that read from a registry or write to one. */
export const REGISTRY_FLAGS: FlagGroup = {
  title: 'Registry',
  flags: [
    {
      name: 'tls-verify',
      value: 'BOOL',
      description:
        'false: take any certificate, and plain HTTP where the registry has no TLS (default: true)',
    },
    {
      name: 'authfile',
      value: 'FILE',
      description:
        'credentials, as podman login and docker login keep them (default: $REGISTRY_AUTH_FILE, then where these keep them)',
    },
  ],
};

/** For commands that write layers. */
export const LAYER_FLAGS: readonly Flag[] = [
  {
    name: 'gzip-engine',
    value: 'ENGINE',
    description:
      'libdeflate, zlib, pako, or auto: libdeflate where it is installed, else zlib (default: auto). The bytes of layers depend on it',
  },
  {
    name: 'compression-level',
    value: 'N',
    description:
      '0 (fastest) to 9 (smallest), for libdeflate to 12; each engine has its own scale (default: 4 with libdeflate, else 6)',
  },
  {
    name: 'chunk-size',
    value: 'SIZE',
    description: 'files larger than this are compressed in chunks, 4 KiB to 64 MiB (default: 4 MiB)',
  },
  {
    name: 'threads',
    value: 'N',
    description: 'threads that compress (default: $LAYAH_THREADS, $CHUNKAH_THREADS, one a CPU up to 16)',
  },
];

/** For commands that write eStargz layers. */
export const PREFETCH_FLAGS: FlagGroup = {
  title: 'Prefetch (one of them)',
  flags: [
    {
      name: 'record',
      value: 'FILE',
      description: 'put the files of this record first in their layers; layah record makes such files',
    },
    { name: 'record-image', value: 'IMAGE', description: 'take the record out of an image of record push' },
    {
      name: 'record-copy',
      value: 'IMAGE',
      description: 'take what this eStargz image prefetches, for example the one that is in use',
    },
  ],
};

/** Of eStargz alone. */
export const ESTARGZ_FLAGS: readonly Flag[] = [
  {
    name: 'min-chunk-size',
    value: 'SIZE',
    description:
      'chunks are compressed together until they have so many compressed bytes, at most 4 MiB (default: 0, each alone)',
  },
  {
    name: 'external-toc',
    description:
      'put the tables of contents of the layers into an image of its own, under the same name with -esgztoc appended',
  },
];

/** For commands that show what is in an image. */
export const HTML_FLAG: Flag = {
  name: 'html',
  value: 'FILE',
  description: 'write a page about it too, with a map and tables, that needs no other file and no network',
};

/** For commands that read one image. */
export const IMAGE_TAG_FLAG: Flag = {
  name: 'tag',
  alias: 't',
  value: 'NAME',
  description: 'which image, when there are several',
};

/** For commands that write an image into DIR. */
export const FORCE_FLAG: Flag = {
  name: 'force',
  description: 'replace the OCI layout that is already in DIR',
};

/** For commands that read layers, which may be hostile. */
export const READ_LIMIT_FLAGS: readonly Flag[] = [
  {
    name: 'max-inflated',
    value: 'SIZE',
    description:
      'what the layers (of convert each) may inflate to: by default 4 GiB, or 100 times the compressed size if that is more',
  },
  {
    name: 'max-entries',
    value: 'N',
    description: 'how many entries the layers (of convert each) may have (default: 300000)',
  },
];

export function commandFlags(command: Command): Flag[] {
  return command.groups.flatMap((group) => group.flags);
}
