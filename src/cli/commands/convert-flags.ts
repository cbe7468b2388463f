import {
  type Command,
  ESTARGZ_FLAGS,
  LAYER_FLAGS,
  MESSAGE_FLAGS,
  PREFETCH_FLAGS,
  READ_LIMIT_FLAGS,
  REGISTRY_FLAGS,
} from '../flags.ts';

export const CONVERT_COMMAND: Command = {
  name: 'convert',
  usage: 'SRC DST [options]',
  summary: 'make the layers of an image eStargz, one by one',
  description:
    'Writes the image SRC to DST with every layer as eStargz; files, layers, config, history and annotations stay as they are. SRC is oci-archive:FILE, oci:DIR, docker-archive:FILE, each with :TAG behind it where there are several images, docker://REGISTRY/NAME:TAG, or a path: a file is an OCI archive, a directory a layout. DST is the same but for docker-archive:, or - for standard output.',
  positionals: ['src', 'dst'],
  groups: [
    {
      title: 'Images',
      flags: [
        {
          name: 'platform',
          value: 'OS/ARCH',
          repeatable: true,
          description: 'only this platform, for example linux/arm64 or linux/arm/v7 (default: all)',
        },
        {
          name: 'tag',
          alias: 't',
          value: 'NAME',
          description: 'name of the image in DST (default: the one that it has in SRC)',
        },
        { name: 'force', description: 'replace the OCI layout that is already in DST' },
        ...READ_LIMIT_FLAGS,
      ],
    },
    {
      title: 'Layers',
      flags: [
        {
          name: 'compression',
          value: 'KIND',
          description: 'estargz, gzip or none; layers that are so already are kept (default: estargz)',
        },
        ...LAYER_FLAGS,
        ...ESTARGZ_FLAGS,
        {
          name: 'keep-diff-id',
          description:
            'keep the uncompressed bytes of every layer, so that the image has the same ID; with --external-toc only',
        },
      ],
    },
    PREFETCH_FLAGS,
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah convert docker://quay.io/me/app:1 docker://quay.io/me/app:1-estargz',
    'layah convert docker-archive:app.tar oci-archive:app.ociarchive',
    'layah convert oci:out - -t localhost/app:1 | podman load',
  ],
};
