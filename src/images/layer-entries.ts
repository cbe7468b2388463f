import { createHash, type Hash } from 'node:crypto';
import { type Digest, parseDigest } from '../model/digest.ts';
import type { ReadBudget } from './read-budget.ts';
import type { TarHeader } from './tar-header.ts';
import type { TarHandler } from './tar-reader.ts';

/** An entry of a layer's tar. */
export interface LayerTarEntry {
  readonly header: TarHeader;
  /** SHA-256 of the content; only for files. */
  readonly digest: Digest | undefined;
}

/** Looks at the entries of a layer as they pass. */
export interface EntryObserver {
  begin?(header: TarHeader): void;
  content?(chunk: Buffer, position: number): void;
  end?(entry: LayerTarEntry): void;
}

/** Hashes every file and tells the observers, in their order, when each entry begins and ends. */
export function observeEntries(budget: ReadBudget, observers: readonly EntryObserver[]): TarHandler {
  let current: { readonly header: TarHeader; readonly hash: Hash; bytesLeft: number } | undefined;
  const end = (entry: LayerTarEntry) => {
    for (const observer of observers) observer.end?.(entry);
  };
  return {
    entry(header) {
      budget.countEntry(header);
      for (const observer of observers) observer.begin?.(header);
      if (header.sizeBytes > 0) current = { header, hash: createHash('sha256'), bytesLeft: header.sizeBytes };
      else end({ header, digest: header.kind === 'file' ? EMPTY_DIGEST : undefined });
    },
    content(chunk, position) {
      if (current === undefined) return;
      current.hash.update(chunk);
      for (const observer of observers) observer.content?.(chunk, position);
      current.bytesLeft -= chunk.length;
      if (current.bytesLeft > 0) return;
      const { header, hash } = current;
      current = undefined;
      end({ header, digest: parseDigest(`sha256:${hash.digest('hex')}`) });
    },
  };
}

const EMPTY_DIGEST = parseDigest('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
