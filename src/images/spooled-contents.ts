/*
 * What a spooled layer becomes. Headers are taken over byte by byte, so that whatever unpacks the tar gets the same tree:
 * times with fractions, names of owners and records that we do not know included.
 */
import { unreachable } from '../model/errors.ts';
import type { LayerEntry } from '../model/entry.ts';
import { RESERVED_ROOT_NAMES } from '../model/estargz.ts';
import type { LayerContents, LayerFormat } from '../model/layer.ts';
import { rootfsPath } from '../model/rootfs-path.ts';
import { layerObstacle } from './layer-obstacle.ts';
import type { SpooledEntry, SpooledLayer } from './spool-layer.ts';
import type { TarHeader } from './tar-header.ts';

export interface ArrangedLayer {
  readonly contents: LayerContents;
  /** Why it is plain gzip, though eStargz was asked for. */
  readonly obstacle: string | undefined;
}

export interface ArrangeSettings {
  readonly format: LayerFormat;
  /** The layer is eStargz already: its landmark and its TOC are no files of the image. */
  readonly wasEstargz: boolean;
  /** No byte of the tar may change. */
  readonly keepDiffId: boolean;
}

export function arrangeSpooled(layer: SpooledLayer, settings: ArrangeSettings): ArrangedLayer {
  const { format, wasEstargz, keepDiffId } = settings;
  const kept = wasEstargz ? layer.entries.filter(({ header }) => !isOfFormat(header)) : layer.entries;
  if (format !== 'estargz') {
    const contents = wasEstargz && layer.problem === undefined ? rewritten : verbatim;
    return { contents: contents(layer, kept, format), obstacle: undefined };
  }
  const obstacle = layer.problem ?? layerObstacle(kept.map(({ header }) => layerEntry(header)));
  if (obstacle !== undefined) return { contents: verbatim(layer, [], 'gzip'), obstacle };
  const contents = keepDiffId ? verbatim : rewritten;
  return { contents: contents(layer, kept, format), obstacle };
}

function isOfFormat({ path }: TarHeader): boolean {
  return RESERVED_ROOT_NAMES.includes(path);
}

type Arranging = (layer: SpooledLayer, kept: readonly SpooledEntry[], format: LayerFormat) => LayerContents;

const rewritten: Arranging = ({ tar }, kept, format) => ({
  format,
  entries: kept.map(({ header }) => layerEntry(header)),
  source: {
    kind: 'tar',
    descriptor: tar.descriptor,
    headerOffsets: kept.map(({ header }) => header.offset),
    offsets: kept.map(({ contentOffset }) => contentOffset),
  },
  prefetchedEntryCount: 0,
});

/** `kept` is what a TOC lists. */
const verbatim: Arranging = ({ tar }, kept, format) => ({
  format,
  entries: kept.map(({ header }) => layerEntry(header)),
  source: {
    kind: 'verbatim-tar',
    descriptor: tar.descriptor,
    offsets: kept.map(({ contentOffset }) => contentOffset),
    sizeBytes: tar.sizeBytes,
  },
  prefetchedEntryCount: 0,
});

function layerEntry(header: TarHeader): LayerEntry {
  const { kind, path, mode, uid, gid, mtimeSeconds, xattrs } = header;
  const metadata = { path, mode, uid, gid, mtimeSeconds, xattrs };
  const linkable = { ...metadata, linkGroup: undefined };
  switch (kind) {
    case 'directory':
      return { ...metadata, kind };
    case 'hardlink':
      return { ...metadata, kind, target: rootfsPath(header.linkName) };
    case 'symlink':
      return { ...linkable, kind, target: header.linkName };
    case 'fifo':
      return { ...linkable, kind };
    case 'file':
      return { ...linkable, kind, sizeBytes: header.sizeBytes, mtimeNanoseconds: 0n };
    case 'character-device':
    case 'block-device':
      return { ...linkable, kind, deviceMajor: header.deviceMajor, deviceMinor: header.deviceMinor };
    default:
      return unreachable(kind);
  }
}
