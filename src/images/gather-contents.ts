/*
 * The contents of some files of an image, in memory: taken from layers that stream by, or fetched from where a TOC says
 * that their chunks are.
 */
import { hash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Digest } from '../model/digest.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import type { ReadDescriptor } from '../oci/schemas.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import type { ImageStore } from './image-store.ts';
import type { EntryObserver } from './layer-entries.ts';
import type { ListedEntry, ListedLayer } from './list-layer.ts';

export interface ContentGatherer {
  /** For one layer that streams by. */
  observe(): EntryObserver;
  /** What stands in the layers and is wanted, unless it is known already. Damaged content is left out, with a warning. */
  fetch(sources: readonly LayerSource[]): Promise<void>;
  readonly contents: ReadonlyMap<Digest, Buffer>;
}

export interface LayerSource {
  readonly store: ImageStore;
  readonly descriptor: ReadDescriptor;
  readonly layer: ListedLayer;
  readonly warn: (problem: string) => void;
}

/** Several times the databases of the largest desktop. */
const MAX_TOTAL_BYTES = 256 << 20;

export function createContentGatherer(isWanted: (path: RootfsPath) => boolean): ContentGatherer {
  const contents = new Map<Digest, Buffer>();
  let remainingBytes = MAX_TOTAL_BYTES;
  const reserve = (sizeBytes: number): boolean => {
    if (sizeBytes > remainingBytes) return false;
    remainingBytes -= sizeBytes;
    return true;
  };
  return {
    contents,
    observe() {
      let pieces: Buffer[] | undefined;
      return {
        begin({ kind, path, sizeBytes }) {
          pieces = kind === 'file' && isWanted(path) && reserve(sizeBytes) ? [] : undefined;
        },
        // The reader uses its buffers again.
        content: (chunk) => void pieces?.push(Buffer.from(chunk)),
        end({ digest }) {
          if (pieces !== undefined && digest !== undefined) contents.set(digest, Buffer.concat(pieces));
          pieces = undefined;
        },
      };
    },
    async fetch(sources) {
      const planned = new Set<Digest>(contents.keys());
      const isToFetch = ({ header, digest, chunks }: ListedEntry): boolean => {
        if (digest === undefined || chunks.length === 0 || planned.has(digest)) return false;
        if (!isWanted(header.path) || !reserve(header.sizeBytes)) return false;
        planned.add(digest);
        return true;
      };
      const plans = sources.map((source) => ({ source, wanted: source.layer.entries.filter(isToFetch) }));
      await forEachAtOnce(plans, ({ source, wanted }) => fetchEntries(source, wanted, contents));
    },
  };
}

async function fetchEntries(
  source: LayerSource,
  wanted: readonly ListedEntry[],
  contents: Map<Digest, Buffer>,
): Promise<void> {
  const { descriptor, warn } = source;
  const members = await readMembers(source, wanted);
  for (const { header, digest, chunks } of wanted) {
    const parts = chunks.map(({ memberOffset, innerOffset, sizeBytes }) =>
      members.get(memberOffset)?.subarray(innerOffset, innerOffset + sizeBytes),
    );
    const content = Buffer.concat(parts.filter((part) => part !== undefined));
    if (digest !== undefined && `sha256:${hash('sha256', content, 'hex')}` === digest) {
      contents.set(digest, content);
    } else {
      warn(`the layer ${descriptor.digest}: ${displayPath(header.path)} is not what the TOC says`);
    }
  }
}

/** Between files of one directory lie few others: one request for both costs less than two. */
const MAX_GAP_BYTES = 64 << 10;
/** What is fetched at once. */
const MAX_SPAN_BYTES = 16 << 20;

interface Span {
  readonly start: number;
  end: number;
  /** Of the members in it that are wanted. */
  readonly members: { readonly start: number; readonly end: number }[];
}

async function readMembers(
  { store, descriptor, layer }: LayerSource,
  wanted: readonly ListedEntry[],
): Promise<Map<number, Buffer>> {
  const offsets = wanted.flatMap(({ chunks }) => chunks.map(({ memberOffset }) => memberOffset));
  const inflated = new Map<number, Buffer>();
  for (const { start, end, members } of spansOf(offsets, layer.memberOffsets)) {
    const bytes = await store.readRange(descriptor.digest, start, end - start);
    for (const member of members) {
      const output = tryInflate(bytes.subarray(member.start - start, member.end - start));
      if (output !== undefined) inflated.set(member.start, output);
    }
  }
  return inflated;
}

/** @param boundaries where members begin and the last one ends, ascending. */
function spansOf(offsets: readonly number[], boundaries: readonly number[]): Span[] {
  const wanted = new Set(offsets);
  const spans: Span[] = [];
  for (const [index, start] of boundaries.entries()) {
    const end = boundaries[index + 1];
    if (end === undefined || !wanted.has(start)) continue;
    const last = spans.at(-1);
    const joins =
      last !== undefined && start - last.end <= MAX_GAP_BYTES && end - last.start <= MAX_SPAN_BYTES;
    if (joins) {
      last.end = end;
      last.members.push({ start, end });
    } else spans.push({ start, end, members: [{ start, end }] });
  }
  return spans;
}

/** A chunk has 64 MiB at most, and the headers that follow it little more. */
const MAX_MEMBER_BYTES = 128 << 20;

/** @returns undefined for what does not inflate: then the content that is missing is noticed. */
function tryInflate(member: Buffer): Buffer | undefined {
  try {
    return gunzipSync(member, { maxOutputLength: MAX_MEMBER_BYTES });
  } catch {
    return undefined;
  }
}
