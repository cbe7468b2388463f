import {
  type Command,
  type Flag,
  HTML_FLAG,
  MESSAGE_FLAGS,
  READ_LIMIT_FLAGS,
  REGISTRY_FLAGS,
} from '../flags.ts';

export const PLATFORM_FLAG: Flag = {
  name: 'platform',
  value: 'OS/ARCH',
  description: 'of several platforms this one, for example linux/arm64 (default: that of this machine)',
};

export const TAG_FLAG: Flag = {
  name: 'tag',
  alias: 't',
  value: 'NAME',
  description: 'which image, when there are several; also IMAGE:NAME',
};

export const INSPECT_COMMAND: Command = {
  name: 'inspect',
  usage: 'IMAGE [options]',
  summary: 'show what is in an image: layers, components, files, duplicates',
  description:
    'Prints platform and config of an image, then its layers from the bottom up: components, files, content bytes, compressed bytes and format, then the largest files, what is stored more than once, and what later layers override. Of layers with a table of contents only that is read, from a registry too; others are read as a whole. IMAGE is oci-archive:FILE, oci:DIR, docker-archive:FILE, each with :TAG behind it where there are several images, docker://REGISTRY/NAME:TAG, or a path: a file is an OCI archive, a directory a layout.',
  positionals: ['image'],
  groups: [
    { title: 'Image', flags: [TAG_FLAG, PLATFORM_FLAG, ...READ_LIMIT_FLAGS] },
    {
      title: 'Output',
      flags: [
        { name: 'layers', description: 'say all that is known of every layer instead of one line' },
        {
          name: 'files',
          value: 'GLOB',
          description:
            "list these files instead: a path or a glob from the image's root on; a directory means all below it",
        },
        {
          name: 'component',
          value: 'NAME',
          description: 'list the files of this component instead, for example dpkg/bash; implies --databases',
        },
        {
          name: 'databases',
          description:
            'read the package databases of the image too, which say which file belongs to which component',
        },
        { name: 'json', description: 'print everything as JSON' },
        { ...HTML_FLAG, description: `${HTML_FLAG.description}; implies --databases` },
      ],
    },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah inspect app.ociarchive',
    'layah inspect docker://quay.io/me/app:1 --platform linux/arm64 --json',
    "layah inspect oci:out --files '/usr/lib/**/*.so*'",
  ],
};
