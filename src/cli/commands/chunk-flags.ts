import {
  type Command,
  type Flag,
  FORCE_FLAG,
  LAYER_FLAGS,
  MESSAGE_FLAGS,
  READ_LIMIT_FLAGS,
  REGISTRY_FLAGS,
} from '../flags.ts';
import { PLATFORM_FLAG, TAG_FLAG } from './inspect-flags.ts';

const STORE: Flag = {
  name: 'store',
  value: 'DIR',
  description: 'directory of the chunk store (default: $LAYAH_CHUNK_STORE)',
};

const JSON_FLAG: Flag = { name: 'json', description: 'print everything as JSON' };

const FILESYSTEM_FLAGS: readonly Flag[] = [
  {
    name: 'filesystem',
    description:
      'the index of a layer says what each file is, and only the contents of files are cut (the default)',
  },
  { name: 'no-filesystem', description: 'a layer is a stream of bytes, headers included' },
];

const STORE_IMAGE =
  'IMAGE is the name of an image in the store, what it was added as, or the beginning of its digest.';

const ADD: Command = {
  name: 'chunk add',
  usage: 'IMAGE --store DIR [options]',
  summary: 'put the layers of an image into a chunk store, which has every chunk once',
  description:
    'Cuts the layers of an image, uncompressed, into chunks and puts those into the store that it does not have, each under its SHA-256. IMAGE is what layah inspect takes. A layer that the store has in the same way is not read again. Several commands may use a store at the same time.',
  positionals: ['image'],
  groups: [
    {
      title: 'Store',
      flags: [
        STORE,
        {
          name: 'name',
          value: 'NAME',
          description: 'name of the image in the store (default: its own, else IMAGE as written)',
        },
      ],
    },
    {
      title: 'Chunks',
      flags: [
        {
          name: 'strategy',
          value: 'NAME',
          description:
            'content-defined (FastCDC), fixed-size, or file-boundary: every file is one chunk (default: content-defined)',
        },
        {
          name: 'chunk-size',
          value: 'SIZE',
          description: 'of content-defined the average, 1 KiB to 16 MiB (default: 64 KiB)',
        },
        ...FILESYSTEM_FLAGS,
      ],
    },
    { title: 'Image', flags: [TAG_FLAG, PLATFORM_FLAG, ...READ_LIMIT_FLAGS] },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: [
    'layah chunk add docker://quay.io/me/app:1 --store chunks',
    'layah chunk add app.ociarchive --store chunks --name app:2 --strategy fixed-size --chunk-size 256KiB',
  ],
};

const STATS: Command = {
  name: 'chunk stats',
  usage: '[IMAGE...] --store DIR [options]',
  summary: 'show what the images of a chunk store consist of, and how much they share',
  description: `Prints for every image its chunks, those that are different and those that no other image has, and for every two images what they share. ${STORE_IMAGE}`,
  positionals: ['images...'],
  groups: [{ title: 'Store', flags: [STORE, JSON_FLAG] }, MESSAGE_FLAGS],
  examples: ['layah chunk stats --store chunks', 'layah chunk stats app:1 app:2 --store chunks --json'],
};

const COMPARE: Command = {
  name: 'chunk compare',
  usage: 'IMAGE... [options]',
  summary: 'show what each way to cut images into chunks would save',
  description:
    'Cuts images in every way without writing anything, and prints what a store of them would hold. IMAGE is what layah inspect takes.',
  positionals: ['images...'],
  groups: [
    {
      title: 'Chunks',
      flags: [
        {
          name: 'strategy',
          value: 'LIST',
          description: 'strategies, with commas between them (default: all)',
        },
        {
          name: 'chunk-size',
          value: 'LIST',
          description: 'sizes, with commas between them (default: 16KiB,64KiB,256KiB,1MiB)',
        },
        ...FILESYSTEM_FLAGS,
      ],
    },
    {
      title: 'Output',
      flags: [{ name: 'svg', value: 'FILE', description: 'draw the table, too' }, JSON_FLAG],
    },
    { title: 'Image', flags: [TAG_FLAG, PLATFORM_FLAG, ...READ_LIMIT_FLAGS] },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: ['layah chunk compare app-1.ociarchive app-2.ociarchive --svg chunks.svg'],
};

const OUTPUT: Flag = {
  name: 'output',
  alias: 'o',
  value: 'TARGET',
  description:
    'docker://REGISTRY/NAME:TAG, oci:DIR, FILE or oci-archive:FILE for an OCI archive, - for one on standard output (default: -)',
};

const RESTORE: Command = {
  name: 'chunk restore',
  usage: 'IMAGE --store DIR -o TARGET [options]',
  summary: 'put an image together from its chunks',
  description: `Writes an image of a chunk store with its own config and with uncompressed layers that are the same to the byte, which their diff IDs prove. ${STORE_IMAGE}`,
  positionals: ['image'],
  groups: [
    { title: 'Store', flags: [STORE] },
    {
      title: 'Output',
      flags: [
        OUTPUT,
        { name: 'tag', alias: 't', value: 'NAME', description: 'name of the image (default: its own)' },
        FORCE_FLAG,
      ],
    },
    REGISTRY_FLAGS,
    MESSAGE_FLAGS,
  ],
  examples: ['layah chunk restore app:1 --store chunks -o oci:app'],
};

/** The chunk size of eStargz, not that of the store. */
const ESTARGZ_LAYERS = { title: 'Layers', flags: LAYER_FLAGS };

const ESTARGZ: Command = {
  name: 'chunk estargz',
  usage: '[IMAGE...] --store DIR [options]',
  summary: 'write images of a chunk store as eStargz, in the directory estargz of the store',
  description: `Makes an OCI layout with eStargz layers of every image, or of those that are named, and prints where it is. ${STORE_IMAGE}`,
  positionals: ['images...'],
  groups: [{ title: 'Store', flags: [STORE] }, ESTARGZ_LAYERS, MESSAGE_FLAGS],
  examples: ['layah chunk estargz --store chunks'],
};

const PUSH: Command = {
  name: 'chunk push',
  usage: '[IMAGE] docker://REF --store DIR [options]',
  summary: 'send an image of a chunk store to a registry, as eStargz',
  description: `Puts an image together from its chunks, with eStargz layers, and sends what the registry does not have. ${STORE_IMAGE} It may be left out where the store has only one.`,
  positionals: ['image', 'dst'],
  groups: [{ title: 'Store', flags: [STORE] }, ESTARGZ_LAYERS, REGISTRY_FLAGS, MESSAGE_FLAGS],
  examples: ['layah chunk push app:1 docker://quay.io/me/app:1 --store chunks'],
};

const VERIFY: Command = {
  name: 'chunk verify',
  usage: '--store DIR [options]',
  summary: 'recompute the digest of every chunk, and find what is missing or stray',
  description:
    'Prints what is damaged, missing or needed by no image, and ends with exit code 1 when something is damaged or missing.',
  groups: [
    {
      title: 'Store',
      flags: [
        STORE,
        {
          name: 'drop-damaged',
          description: 'delete damaged chunks, so that adding their images again writes them anew',
        },
        JSON_FLAG,
      ],
    },
    MESSAGE_FLAGS,
  ],
  examples: ['layah chunk verify --store chunks'],
};

const REMOVE: Command = {
  name: 'chunk remove',
  usage: 'IMAGE... --store DIR [options]',
  summary: 'take images out of a chunk store; clean then drops their chunks',
  description: `Forgets images. Their chunks stay until layah chunk clean. ${STORE_IMAGE}`,
  positionals: ['images...'],
  groups: [{ title: 'Store', flags: [STORE] }, MESSAGE_FLAGS],
  examples: ['layah chunk remove app:1 --store chunks'],
};

const CLEAN: Command = {
  name: 'chunk clean',
  usage: '--store DIR [options]',
  summary: 'drop the indexes and chunks that no image needs',
  description:
    'Drops what no image of a chunk store needs, also while images are added, and what killed commands have left behind.',
  groups: [
    {
      title: 'Store',
      flags: [
        STORE,
        { name: 'all', description: 'drop all images too; asks first' },
        { name: 'yes', alias: 'y', description: 'do not ask' },
      ],
    },
    MESSAGE_FLAGS,
  ],
  examples: ['layah chunk clean --store chunks'],
};

export const CHUNK_COMMANDS: readonly Command[] = [
  ADD,
  STATS,
  COMPARE,
  RESTORE,
  ESTARGZ,
  PUSH,
  VERIFY,
  REMOVE,
  CLEAN,
];
