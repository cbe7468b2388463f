import { SOURCE_NAMES } from '../../model/component.ts';
import { LAYER_TARGETS } from '../../model/options.ts';
import {
  type Command,
  type Flag,
  type FlagGroup,
  HTML_FLAG,
  MESSAGE_FLAGS,
  REGISTRY_FLAGS,
} from '../flags.ts';

/** What of a root filesystem is left out. */
export const PRUNE_FLAGS: readonly Flag[] = [
  {
    name: 'prune',
    value: 'PATH',
    repeatable: true,
    description: 'leave PATH out; with a slash at its end keep the directory and leave out what is in it',
  },
  {
    name: 'skip-special-files',
    description: 'leave FIFOs and device nodes out (sockets always are)',
  },
];

export const INPUT_FLAGS: FlagGroup = {
  title: 'Input',
  flags: [
    {
      name: 'rootfs',
      value: 'DIR',
      description: 'the root filesystem (default: $LAYAH_ROOTFS, $CHUNKAH_ROOTFS, /layah, /chunkah)',
    },
    ...PRUNE_FLAGS,
  ],
};

export const CONFIG_FILE_FLAGS: readonly Flag[] = [
  {
    name: 'config',
    value: 'FILE',
    description:
      'JSON file, or - for standard input: output of podman inspect or docker inspect, an OCI image config, or only its "config" part',
  },
  {
    name: 'config-str',
    value: 'JSON',
    description: 'the same as text (default: $LAYAH_CONFIG_STR, $CHUNKAH_CONFIG_STR)',
  },
];

export const CONFIG_VALUE_FLAGS: readonly Flag[] = [
  {
    name: 'arch',
    value: 'ARCH',
    description: 'amd64, x86_64, arm64, aarch64, ... (default: that of the config, else of this machine)',
  },
  {
    name: 'source-date-epoch',
    value: 'SECONDS',
    description:
      'creation time and upper bound of all file times (default: $SOURCE_DATE_EPOCH, else the creation time in the config, else now)',
  },
];

export const COMPONENT_FLAGS: FlagGroup = {
  title: 'Components',
  flags: [
    {
      name: 'components',
      value: 'FILE',
      description:
        'JSON or YAML that maps paths and globs to components, before all sources; the README has the format',
    },
    {
      name: 'exclusive',
      value: 'COMPONENT',
      repeatable: true,
      description: 'give a component such as dpkg/linux-firmware a layer of its own',
    },
    {
      name: 'source',
      value: 'NAME=off',
      repeatable: true,
      description: `do not look for components in NAME: ${SOURCE_NAMES.join(', ')}; NAME=on undoes it`,
    },
  ],
};

export const PACKING_FLAGS: readonly Flag[] = [
  { name: 'max-layers', value: 'N', description: 'at most N layers, 1 to 1000 (default: 64)' },
  {
    name: 'max-layer-size',
    value: 'SIZE',
    description:
      'no layer has more than SIZE before compression, unless one file has; bigger components are cut into parts, 4 KiB to 1024 GiB (default: no limit)',
  },
  {
    name: 'target',
    value: 'LIST',
    description: `refuse more layers than these take, comma separated: ${LAYER_TARGETS.join(', ')}`,
  },
  {
    name: 'previous',
    value: 'IMAGE',
    description:
      'the image that clients have: its layers stay as they are where nothing of them has changed; oci-archive:FILE, oci:DIR, docker://REGISTRY/NAME:TAG or a path (default: $LAYAH_PREVIOUS)',
  },
  {
    name: 'rebalance',
    description:
      'do without --previous and $LAYAH_PREVIOUS this once: a plan that has gone on for many builds gets worse, and a fresh one costs every client one pull of nearly all layers',
  },
  {
    name: 'plan-epoch',
    value: 'DATE',
    description:
      'take no update after DATE into account: 2026-01-31, RFC 3339 or seconds since 1970 (default: with --previous the creation time, else the begin of the current two years)',
  },
];

export const PLAN_COMMAND: Command = {
  name: 'plan',
  usage: '--rootfs DIR [options]',
  summary: 'show which layer would hold what, and what an update would cost',
  description:
    'Prints the layers that layah build would make of a root filesystem, from the bottom up: their components, their size before compression, how likely they are to change within a week, and how much of the image clients pull again each week, on average. With --previous also which layers stay. No content of files is read.',
  groups: [
    INPUT_FLAGS,
    { title: 'Image config', flags: [...CONFIG_FILE_FLAGS, ...CONFIG_VALUE_FLAGS] },
    COMPONENT_FLAGS,
    { title: 'Layers', flags: PACKING_FLAGS },
    REGISTRY_FLAGS,
    { title: 'Output', flags: [{ name: 'json', description: 'print the plan as JSON' }, HTML_FLAG] },
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah plan --rootfs rootfs --max-layers 32',
    'layah plan --rootfs rootfs --previous docker://quay.io/me/app:1 --json',
  ],
};
