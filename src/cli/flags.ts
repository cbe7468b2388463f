/** One option of a command: what yargs must know of it, and what help and usage errors say of it. */
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

export type CommandName = 'build' | 'verify';

export interface Command {
  readonly name: CommandName;
  /** What follows the command's name in the usage line. */
  readonly usage: string;
  readonly summary: string;
  readonly description: string;
  /** The name of the one positional argument, if there is one. */
  readonly positional?: string;
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

export function commandFlags(command: Command): Flag[] {
  return command.groups.flatMap((group) => group.flags);
}
