import { type Command, HTML_FLAG, MESSAGE_FLAGS, READ_LIMIT_FLAGS, REGISTRY_FLAGS } from '../flags.ts';
import { PLATFORM_FLAG } from './inspect-flags.ts';

export const DIFF_COMMAND: Command = {
  name: 'diff',
  usage: 'OLD NEW [options]',
  summary: 'show what a client that has one image downloads for another',
  description:
    'Compares two images: layers that are shared, new and gone, what of the new image has to be downloaded as whole layers and chunk by chunk, and which components were added, removed, updated or only repacked. Of layers with a table of contents that and the package databases are read, others as a whole. OLD and NEW are images as layah inspect takes them, the tag behind the location.',
  positionals: ['old', 'new'],
  groups: [
    { title: 'Images', flags: [PLATFORM_FLAG, ...READ_LIMIT_FLAGS] },
    {
      title: 'Output',
      flags: [
        { name: 'files', description: 'list every file that was added, removed, changed or touched too' },
        {
          name: 'content-defined',
          value: 'SIZE',
          description:
            'count by content-defined chunks (FastCDC) of this average size too, for example 64KiB: what a chunk store would save. Reads all layers of OLD and the new ones of NEW as a whole',
        },
        { name: 'json', description: 'print everything as JSON' },
        { name: 'markdown', description: 'print Markdown, for a comment on a pull request' },
        HTML_FLAG,
        {
          name: 'fail-above',
          value: 'LIMIT',
          description:
            'exit with code 3 when the download is above so many bytes (50MiB), or such a share of the new image (20%)',
        },
      ],
    },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah diff docker://quay.io/me/app:1 docker://quay.io/me/app:2',
    'layah diff docker://quay.io/me/app:latest app.ociarchive --markdown --fail-above 20%',
    'layah diff oci:out:1 oci:out:2 --files --json',
  ],
};
