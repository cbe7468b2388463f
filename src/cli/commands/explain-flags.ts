import { type Command, MESSAGE_FLAGS, READ_LIMIT_FLAGS, REGISTRY_FLAGS } from '../flags.ts';
import { PLATFORM_FLAG, TAG_FLAG } from './inspect-flags.ts';
import { COMPONENT_FLAGS, PACKING_FLAGS, PRUNE_FLAGS } from './plan-flags.ts';

export const IMAGE_FLAGS = [TAG_FLAG, PLATFORM_FLAG, ...READ_LIMIT_FLAGS] as const;

export const ROOTFS_FLAGS = [...PRUNE_FLAGS, ...COMPONENT_FLAGS.flags, ...PACKING_FLAGS] as const;

export const EXPLAIN_COMMAND: Command = {
  name: 'explain',
  usage: 'IMAGE|ROOTFS PATH [options]',
  summary: 'show which component and layer a path belongs to, and why',
  description:
    'Says of one path which component claims it, by which source and how strongly, what other sources say, which layer holds it and why, and which other layers have it too. IMAGE is an image as layah inspect takes it; its package databases are read. ROOTFS is a directory: then it is what layah build with the same options would do.',
  positionals: ['image', 'path'],
  groups: [
    { title: 'Of an image', flags: IMAGE_FLAGS },
    { title: 'Of a root filesystem, as in layah build', flags: ROOTFS_FLAGS },
    { title: 'Output', flags: [{ name: 'json', description: 'print the report as JSON' }] },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah explain app.ociarchive /usr/bin/bash',
    'layah explain docker://quay.io/me/app:1 /etc/passwd --json',
    'layah explain rootfs /opt/app/model.bin --components components.yaml',
  ],
};
