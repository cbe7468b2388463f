/*
 * eStargz (containerd/stargz-snapshotter, docs/estargz.md): a gzip whose members can be found one by one.
 *
 *   member 0      headers of everything before the first payload
 *   member 1..n   one payload chunk | its padding | the headers up to the next payload
 *   TOC member    tar entry stargz.index.json: the table of contents
 *   footer        51 bytes: an empty gzip member whose extra field holds the TOC member's offset
 *
 * layah's layout keeps landmark and TOC out of an unpacked tree (a tar reader stops at the end-of-archive blocks):
 *
 *   [entries][1024 zero bytes][.no.prefetch.landmark][stargz.index.json][1024 zero bytes][footer]
 */
export const TOC_TAR_NAME = 'stargz.index.json';
export const NO_PREFETCH_LANDMARK = '.no.prefetch.landmark';
export const PREFETCH_LANDMARK = '.prefetch.landmark';
export const LANDMARK_CONTENT = 0x0f;

/*
 * The footer (estargz/gzip.go, gzipFooterBytes):
 *
 *    0  1f 8b 08 04        magic, deflate, FEXTRA
 *    4  00 00 00 00 00 ff  mtime, XFL, OS unknown
 *   10  1a 00              XLEN = 26
 *   12  53 47 16 00        subfield "SG", length 22
 *   16  16 hex digits      offset of the TOC member
 *   32  "STARGZ"
 *   38  01 00 00 ff ff     a final empty stored block
 *   43  8 zero bytes       CRC-32 and size of nothing
 *
 * A layer without a TOC of its own (estargz/externaltoc) ends in 46 bytes: XLEN is 21 and the subfield holds only
 * "STARGZEXTERNALTOC". Its TOC is a blob of another image, see TOC_LAYER_DIGEST_ANNOTATION.
 */
export const FOOTER_BYTES = 51;
export const FOOTER_OFFSET_POSITION = 16;

export const TOC_DIGEST_ANNOTATION = 'containerd.io/snapshot/stargz/toc.digest';
export const UNCOMPRESSED_SIZE_ANNOTATION = 'io.containers.estargz.uncompressed-size';
/** On a TOC blob of a TOC image: the digest of the layer that it belongs to. */
export const TOC_LAYER_DIGEST_ANNOTATION = 'containerd.io/snapshot/stargz/layer.digest';

/** What the name of a TOC image has more than that of its image (nativeconverter/estargz/externaltoc/fetcher.go). */
export const TOC_IMAGE_SUFFIX = '-esgztoc';

export type TocEntryType = 'dir' | 'reg' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo' | 'chunk';

/** One TOC entry as it stands in the JSON (estargz/types.go, TOCEntry); a field that is zero or empty is left out. */
export interface TocEntry {
  readonly name: string;
  readonly type: TocEntryType;
  /** Content bytes of the whole file. */
  readonly size?: number;
  /** RFC 3339, UTC, whole seconds. */
  readonly modtime?: string;
  readonly linkName?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Where in the blob the gzip member of the chunk starts. */
  readonly offset?: number;
  /** Uncompressed bytes between the member's first byte and the chunk's; there when several chunks share a member. */
  readonly innerOffset?: number;
  readonly devMajor?: number;
  readonly devMinor?: number;
  /** Name to base64 of the raw value. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** sha256 of the whole file, on every `reg`. */
  readonly digest?: string;
  /** Where in the file the chunk starts. */
  readonly chunkOffset?: number;
  /** Left out on the last chunk of a file. */
  readonly chunkSize?: number;
  /** sha256 of this chunk's bytes. */
  readonly chunkDigest?: string;
}

export interface Toc {
  readonly version: 1;
  readonly entries: readonly TocEntry[];
}

/**
 * Names that readers take for parts of the format when they stand at the root: the snapshotter hides both landmarks
 * and begins to prefetch where one tells it to (fs/layer/node.go, layer.go), containers-storage unpacks none of the
 * three (pkg/chunked, mustSkipFile), the Go library writes none of them anew (estargz/build.go).
 */
export const RESERVED_ROOT_NAMES: readonly string[] = [TOC_TAR_NAME, NO_PREFETCH_LANDMARK, PREFETCH_LANDMARK];
