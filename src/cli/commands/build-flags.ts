import { SOURCE_NAMES } from '../../model/component.ts';
import { type Command, type FlagGroup, LAYER_FLAGS, MESSAGE_FLAGS, REGISTRY_FLAGS } from '../flags.ts';

const INPUT: FlagGroup = {
  title: 'Input',
  flags: [
    {
      name: 'rootfs',
      value: 'DIR',
      description: 'the root filesystem (default: $LAYAH_ROOTFS, $CHUNKAH_ROOTFS, /layah, /chunkah)',
    },
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
  ],
};

const CONFIG: FlagGroup = {
  title: 'Image config',
  flags: [
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
    {
      name: 'label',
      value: 'KEY=VALUE',
      repeatable: true,
      description: 'set a label; KEY- removes one, - removes all; in the order given',
    },
    {
      name: 'annotation',
      value: 'KEY=VALUE',
      repeatable: true,
      description: 'set an annotation of the manifest; KEY- and - as for labels',
    },
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
  ],
};

const COMPONENTS: FlagGroup = {
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

const OUTPUT: FlagGroup = {
  title: 'Output',
  flags: [
    {
      name: 'output',
      alias: 'o',
      value: 'TARGET',
      description:
        'FILE or oci-archive:FILE for an OCI archive, oci:DIR for an OCI layout, docker://REGISTRY/NAME:TAG for a registry, - for standard output (default: -)',
    },
    {
      name: 'tag',
      alias: 't',
      value: 'NAME',
      description:
        'name that the image gets when it is loaded; with its registry (localhost/app:1) it is the same in podman, docker and containerd',
    },
    { name: 'force', description: 'replace the OCI layout that is already in DIR' },
  ],
};

const LAYERS: FlagGroup = {
  title: 'Layers',
  flags: [
    { name: 'max-layers', value: 'N', description: 'at most N layers, 1 to 1000 (default: 64)' },
    {
      name: 'compression',
      value: 'KIND',
      description: 'estargz (gzip that can be pulled lazily), gzip or none (default: estargz)',
    },
    { name: 'compressed', description: 'the same as --compression gzip' },
    ...LAYER_FLAGS,
  ],
};

export const BUILD_COMMAND: Command = {
  name: 'build',
  usage: '--rootfs DIR [options] > IMAGE.ociarchive',
  summary: 'make an image from a root filesystem',
  description:
    'Makes an OCI image from a root filesystem and the config of the image that it came from. Its layers follow the packages, so that the next build of a similar tree shares most of them.',
  groups: [INPUT, CONFIG, COMPONENTS, OUTPUT, REGISTRY_FLAGS, LAYERS, MESSAGE_FLAGS],
  examples: [
    'layah build --rootfs rootfs --config config.json -t localhost/app:1 | podman load',
    'layah build --rootfs rootfs --config config.json -o docker://quay.io/me/app:1',
    'podman inspect IMAGE | layah build --rootfs rootfs --config - -o app.ociarchive',
  ],
};
