import { type Command, IMAGE_TAG_FLAG, MESSAGE_FLAGS, READ_LIMIT_FLAGS, REGISTRY_FLAGS } from '../flags.ts';

export const VERIFY_COMMAND: Command = {
  name: 'verify',
  usage: 'IMAGE [options]',
  summary: 'check an image: every digest, size, diff ID, table of contents and chunk',
  description:
    'Reads the whole image and computes everything again that it says of itself. IMAGE is oci-archive:FILE, oci:DIR, docker://REGISTRY/NAME:TAG, or a path: a file is an archive, a directory a layout. Exit code 1 means that something is wrong; what, is on standard output.',
  positionals: ['image'],
  groups: [
    {
      title: 'What to check',
      flags: [
        IMAGE_TAG_FLAG,
        {
          name: 'rootfs',
          value: 'DIR',
          description: 'compare the merged layers with this root filesystem too',
        },
        {
          name: 'prune',
          value: 'PATH',
          repeatable: true,
          description: 'PATH of DIR was left out of the image, as in layah build',
        },
        { name: 'skip-special-files', description: 'FIFOs and device nodes were left out of the image' },
        ...READ_LIMIT_FLAGS,
      ],
    },
    { title: 'Output', flags: [{ name: 'json', description: 'print the report as JSON' }] },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah verify app.ociarchive --rootfs rootfs',
    'layah verify oci:out --json',
    'layah verify docker://quay.io/me/app:1',
  ],
};
