/* eStargz layers for tests, put together so that every part can be made wrong while all the rest stays right. */
import { gzipSync } from 'node:zlib';
import { describeBytes, type JsonDescriptor, OCI, sha256 } from './layouts.ts';
import { END_OF_ARCHIVE, extension, padded, paxBody, tarBlock } from './tar-blocks.ts';

export interface TestEntry {
  readonly name: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'char' | 'block';
  readonly content?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly major?: number;
  readonly minor?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Not in the TOC. */
  readonly unlisted?: boolean;
}

export type Row = Record<string, unknown>;

export interface LayerPlan {
  readonly entries?: readonly TestEntry[];
  readonly layout?: 'hidden' | 'upstream';
  readonly landmarks?: readonly TestEntry[];
  readonly chunkBytes?: number;
  /** Of each member, before it is compressed: the offsets fit what comes out. */
  readonly editMember?: (member: Buffer, index: number) => Buffer;
  /** Of each compressed member. */
  readonly editCompressed?: (member: Buffer, index: number) => Buffer;
  readonly editRows?: (rows: Row[]) => void;
  readonly editJson?: (json: string) => string;
  /** Appended to the TOC's member. */
  readonly afterToc?: Buffer;
  readonly footer?: (tocOffset: number) => Buffer;
  /** The TOC's member is a blob of its own. */
  readonly externalToc?: boolean;
  /** Of the whole blob, before its digest is computed. */
  readonly editBlob?: (blob: Buffer, parts: BlobParts) => Buffer;
}

export interface BlobParts {
  readonly memberOffsets: readonly number[];
  readonly tocOffset: number;
  readonly footerOffset: number;
}

export interface BuiltLayer {
  readonly blob: Buffer;
  readonly descriptor: JsonDescriptor;
  readonly diffId: string;
  /** The TOC's member; part of the blob unless it is external. */
  readonly toc: Buffer;
}

export const DEFAULT_ENTRIES: readonly TestEntry[] = [
  { name: 'etc/', type: 'directory', mode: 0o755 },
  {
    name: 'etc/config',
    content: 'setting=1\n',
    uid: 5,
    gid: 6,
    mtime: 1_000_000_000,
    xattrs: { 'user.a': '\0\xff' },
  },
  { name: 'etc/empty', content: '' },
  { name: 'etc/link', type: 'symlink', link: 'config', mode: 0o777 },
  { name: 'etc/hardlink', type: 'hardlink', link: 'etc/config', uid: 5, gid: 6 },
  { name: 'etc/fifo', type: 'fifo' },
  { name: 'etc/null', type: 'char', major: 1, minor: 3 },
  { name: 'etc/large', content: 'abcdefghij'.repeat(10) },
];

export const LANDMARK: TestEntry = { name: '.no.prefetch.landmark', content: '\x0f', mode: 0 };

export function buildLayer(plan: LayerPlan = {}): BuiltLayer {
  const draft: Draft = { members: [[]], rows: [], chunkBytes: plan.chunkBytes ?? 40 };
  const landmarks = plan.landmarks ?? [LANDMARK];
  const hidden = plan.layout !== 'upstream';
  if (!hidden) for (const landmark of landmarks) append(draft, landmark);
  for (const entry of plan.entries ?? DEFAULT_ENTRIES) append(draft, entry);
  if (hidden) draft.members.at(-1)?.push(END_OF_ARCHIVE);
  if (hidden) for (const landmark of landmarks) append(draft, landmark);
  const members = draft.members.map((parts, index) => {
    const member = Buffer.concat(parts);
    return plan.editMember?.(member, index) ?? member;
  });
  const compressed = members.map((member, index) => {
    const bytes = gzipSync(member);
    return plan.editCompressed?.(bytes, index) ?? bytes;
  });
  return finishBlob(plan, { ...draft, tar: Buffer.concat(members) }, compressed);
}

interface Draft {
  readonly members: Buffer[][];
  readonly rows: Row[];
  readonly chunkBytes: number;
}

function append(draft: Draft, entry: TestEntry): void {
  const content = Buffer.from(entry.content ?? '', 'latin1');
  draft.members.at(-1)?.push(header(entry, content.length));
  const row: Row = tocRow(entry, content);
  if (entry.unlisted !== true) draft.rows.push(row);
  for (let offset = 0; offset < content.length; offset += draft.chunkBytes) {
    const chunk = content.subarray(offset, offset + draft.chunkBytes);
    const isLast = offset + draft.chunkBytes >= content.length;
    draft.members.push([isLast ? padChunk(chunk, content.length) : chunk]);
    const chunkFields = {
      offset: draft.members.length - 1,
      ...(isLast ? {} : { chunkSize: chunk.length }),
      chunkDigest: sha256(chunk),
    };
    if (offset === 0) Object.assign(row, chunkFields);
    else draft.rows.push({ name: entry.name, type: 'chunk', chunkOffset: offset, ...chunkFields });
  }
}

function padChunk(chunk: Buffer, contentBytes: number): Buffer {
  return Buffer.concat([chunk, Buffer.alloc((512 - (contentBytes % 512)) % 512)]);
}

const TYPES = {
  file: ['0', 'reg'],
  directory: ['5', 'dir'],
  symlink: ['2', 'symlink'],
  hardlink: ['1', 'hardlink'],
  fifo: ['6', 'fifo'],
  char: ['3', 'char'],
  block: ['4', 'block'],
} as const;

function header(entry: TestEntry, size: number): Buffer {
  const { name, mode, uid, gid, mtime, link, major, minor } = entry;
  const [type] = TYPES[entry.type ?? 'file'];
  const fields = { name, mode, uid, gid, mtime, link, major, minor };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const block = tarBlock({ ...given, name, type, size });
  const xattrs = Object.entries(entry.xattrs ?? {}).map(
    ([key, value]) => [`SCHILY.xattr.${key}`, value] as const,
  );
  return xattrs.length === 0 ? block : Buffer.concat([extension('x', paxBody(xattrs)), block]);
}

function tocRow(entry: TestEntry, content: Buffer): Row {
  const [, type] = TYPES[entry.type ?? 'file'];
  const xattrs = Object.entries(entry.xattrs ?? {});
  const row = {
    name: entry.name,
    type,
    size: content.length,
    modtime: new Date((entry.mtime ?? 0) * 1000).toISOString().replace('.000Z', 'Z'),
    linkName: entry.link ?? '',
    mode: entry.mode ?? 0o644,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    devMajor: entry.major ?? 0,
    devMinor: entry.minor ?? 0,
    ...(type === 'reg' ? { digest: sha256(content) } : {}),
    ...(xattrs.length === 0
      ? {}
      : {
          xattrs: Object.fromEntries(
            xattrs.map(([key, value]) => [key, Buffer.from(value, 'latin1').toString('base64')]),
          ),
        }),
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== 0 && value !== ''));
}

function finishBlob(
  plan: LayerPlan,
  draft: Draft & { tar: Buffer },
  compressed: readonly Buffer[],
): BuiltLayer {
  const memberOffsets = compressed.map((_, index) => Buffer.concat(compressed.slice(0, index)).length);
  // Rows know their member's index; now its offset is known.
  for (const row of draft.rows)
    if (typeof row['offset'] === 'number') row['offset'] = memberOffsets[row['offset']];
  plan.editRows?.(draft.rows);
  const plainJson = JSON.stringify({ version: 1, entries: draft.rows });
  const json = Buffer.from(plan.editJson?.(plainJson) ?? plainJson, 'latin1');
  const tocTar = Buffer.concat([
    tarBlock({ name: 'stargz.index.json', mode: 0, size: json.length }),
    padded(json),
    plan.afterToc ?? END_OF_ARCHIVE,
  ]);
  const payload = Buffer.concat(compressed);
  const toc = gzipSync(tocTar);
  const isExternal = plan.externalToc === true;
  const footer = (plan.footer ?? (isExternal ? externalTocFooter : estargzFooter))(payload.length);
  const parts = { memberOffsets, tocOffset: payload.length, footerOffset: payload.length + toc.length };
  const right = Buffer.concat([payload, ...(isExternal ? [] : [toc]), footer]);
  const blob = plan.editBlob?.(right, parts) ?? right;
  const tar = Buffer.concat([draft.tar, ...(isExternal ? [] : [tocTar])]);
  const annotations = {
    'containerd.io/snapshot/stargz/toc.digest': sha256(json),
    'io.containers.estargz.uncompressed-size': String(tar.length),
  };
  const descriptor = { ...describeBytes(OCI.gzipLayer, blob), annotations };
  return { blob, descriptor, diffId: sha256(tar), toc };
}

/** For `editMember`: other content in etc/config than its TOC entry has the digest of. */
export function editPayload(member: Buffer): Buffer {
  return Buffer.from(member.toString('latin1').replace('setting=1', 'setting=2'), 'latin1');
}

export function estargzFooter(tocOffset: number): Buffer {
  return footerOf('1a0053471600', `${hexOffset(tocOffset)}STARGZ`);
}

export function legacyFooter(tocOffset: number): Buffer {
  return footerOf('1600', `${hexOffset(tocOffset)}STARGZ`);
}

export function externalTocFooter(): Buffer {
  return footerOf('150053471100', 'STARGZEXTERNALTOC');
}

function hexOffset(offset: number): string {
  return offset.toString(16).padStart(16, '0');
}

function footerOf(lengths: string, text: string): Buffer {
  return Buffer.concat([
    Buffer.from(`1f8b08040000000000ff${lengths}`, 'hex'),
    Buffer.from(text),
    Buffer.from('010000ffff0000000000000000', 'hex'),
  ]);
}
