import {
  type Command,
  type FlagGroup,
  ESTARGZ_FLAGS,
  FORCE_FLAG,
  HTML_FLAG,
  LAYER_FLAGS,
  MESSAGE_FLAGS,
  PREFETCH_FLAGS,
  REGISTRY_FLAGS,
} from '../flags.ts';
import {
  COMPONENT_FLAGS,
  CONFIG_FILE_FLAGS,
  CONFIG_VALUE_FLAGS,
  INPUT_FLAGS,
  PACKING_FLAGS,
} from './plan-flags.ts';

const CONFIG: FlagGroup = {
  title: 'Image config',
  flags: [
    ...CONFIG_FILE_FLAGS,
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
    ...CONFIG_VALUE_FLAGS,
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
    FORCE_FLAG,
    {
      name: 'dry-run',
      description: 'print the plan as layah plan does, on standard output, and write no image',
    },
    { name: 'json', description: 'with --dry-run: print the plan as JSON' },
    HTML_FLAG,
  ],
};

const LAYERS: FlagGroup = {
  title: 'Layers',
  flags: [
    ...PACKING_FLAGS,
    {
      name: 'compression',
      value: 'KIND',
      description: 'estargz (gzip that can be pulled lazily), gzip or none (default: estargz)',
    },
    { name: 'compressed', description: 'the same as --compression gzip' },
    ...ESTARGZ_FLAGS,
    ...LAYER_FLAGS,
  ],
};

export const BUILD_COMMAND: Command = {
  name: 'build',
  usage: '--rootfs DIR [options] > IMAGE.ociarchive',
  summary: 'make an image from a root filesystem',
  description:
    'Makes an OCI image from a root filesystem and the config of the image that it came from. Its layers follow the packages, so that the next build of a similar tree shares most of them.',
  groups: [
    INPUT_FLAGS,
    CONFIG,
    COMPONENT_FLAGS,
    OUTPUT,
    REGISTRY_FLAGS,
    LAYERS,
    PREFETCH_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah build --rootfs rootfs --config config.json -t localhost/app:1 | podman load',
    'layah build --rootfs rootfs --config config.json -o docker://quay.io/me/app:1',
    'podman inspect IMAGE | layah build --rootfs rootfs --config - -o app.ociarchive',
  ],
};
