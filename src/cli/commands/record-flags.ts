import {
  type Command,
  type Flag,
  type FlagGroup,
  FORCE_FLAG,
  IMAGE_TAG_FLAG,
  MESSAGE_FLAGS,
  REGISTRY_FLAGS,
} from '../flags.ts';

const RECORD_OUTPUT: Flag = {
  name: 'output',
  alias: 'o',
  value: 'FILE',
  description: 'where the record goes (default: standard output)',
};

const FROM_PATHS: Command = {
  name: 'record from-paths',
  usage: 'LIST [--rootfs DIR] [options]',
  summary: 'make a record out of a list of paths and globs',
  description:
    'Writes a record, the list of files that a snapshotter fetches before a container starts, in the order in which they are wanted. LIST is a file, or - for standard input, with one path or glob a line; what begins with # is a comment. A directory means all the files below it.',
  positionals: ['list'],
  groups: [
    {
      title: 'Record',
      flags: [
        {
          name: 'rootfs',
          value: 'DIR',
          description: 'look the paths up in this root filesystem; without it they are taken as they are',
        },
        RECORD_OUTPUT,
      ],
    },
    MESSAGE_FLAGS,
  ],
  examples: ['layah record from-paths hot-files.txt --rootfs rootfs -o app.record'],
};

const FROM_IMAGE: Command = {
  name: 'record from-image',
  usage: 'IMAGE [options]',
  summary: 'make a record of what an eStargz image prefetches',
  description:
    'Writes the files that the layers of an eStargz image have before their prefetch landmarks. Only the tables of contents are read. IMAGE is oci-archive:FILE, oci:DIR, docker://REGISTRY/NAME:TAG, or a path.',
  positionals: ['image'],
  groups: [{ title: 'Record', flags: [IMAGE_TAG_FLAG, RECORD_OUTPUT] }, REGISTRY_FLAGS, MESSAGE_FLAGS],
  examples: ['layah record from-image docker://quay.io/me/app:1 -o app.record'],
};

const RUN: Command = {
  name: 'record run',
  usage: '(--rootfs DIR | --image NAME) [options] -- [COMMAND...]',
  summary: 'run a command and record the files that it opens',
  description:
    'Runs a command in a root filesystem (with chroot) or in a container (with podman), follows it and all that it starts with strace, and writes the files of the root filesystem that were opened, in the order of first access. The command has no input, and its output goes to standard error.',
  takesCommand: true,
  groups: [
    {
      title: 'What to run',
      flags: [
        { name: 'rootfs', value: 'DIR', description: 'a root filesystem on this machine' },
        {
          name: 'image',
          value: 'NAME',
          description: 'an image that podman has; without a command it runs its own',
        },
        {
          name: 'podman-arg',
          value: 'ARG',
          repeatable: true,
          description: 'one more argument of podman run, for example --podman-arg=--env=A=1',
        },
        {
          name: 'stop-after',
          value: 'SECONDS',
          description: 'end the command after so long: for servers, which do not end by themselves',
        },
        RECORD_OUTPUT,
      ],
    },
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah record run --rootfs rootfs -o app.record -- /bin/sh -c "app --version"',
    'layah record run --image localhost/app:1 --stop-after 20 -o app.record',
  ],
};

const PUSH_TARGET: FlagGroup = {
  title: 'Output',
  flags: [
    {
      name: 'output',
      alias: 'o',
      value: 'TARGET',
      description:
        'docker://REGISTRY/NAME:TAG, oci:DIR, FILE or oci-archive:FILE for an OCI archive, - for one on standard output (default: -)',
    },
    { name: 'tag', alias: 't', value: 'NAME', description: 'its name in an OCI archive or layout' },
    FORCE_FLAG,
  ],
};

const PUSH: Command = {
  name: 'record push',
  usage: 'RECORD -o TARGET [options]',
  summary: 'put a record into a registry, as an image with one layer',
  description:
    'Writes an image whose only layer has the record as stargz.record.json, so that others can use it with --record-image. RECORD is a file, or - for standard input.',
  positionals: ['record'],
  groups: [PUSH_TARGET, REGISTRY_FLAGS, MESSAGE_FLAGS],
  examples: ['layah record push app.record -o docker://quay.io/me/app:1-record'],
};

const PULL: Command = {
  name: 'record pull',
  usage: 'IMAGE [options]',
  summary: 'take a record out of the image that record push made',
  description:
    'Writes the record of a record image. IMAGE is docker://REGISTRY/NAME:TAG, oci-archive:FILE, oci:DIR, or a path.',
  positionals: ['image'],
  groups: [{ title: 'Record', flags: [IMAGE_TAG_FLAG, RECORD_OUTPUT] }, REGISTRY_FLAGS, MESSAGE_FLAGS],
  examples: ['layah record pull docker://quay.io/me/app:1-record -o app.record'],
};

export const RECORD_COMMANDS: readonly Command[] = [FROM_PATHS, FROM_IMAGE, RUN, PUSH, PULL];
