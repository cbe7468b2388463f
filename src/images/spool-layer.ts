/*
 * Unpacks a layer's blob into a temporary file, as one uncompressed tar, and notes where its entries are. Digest, size and
 * diff ID are checked on the way.
 */
import type { DiffId } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import type { ReadLimits } from '../model/options.ts';
import { type BlobInput, countBytes, layerFailure, openChecked } from './checked-blob.ts';
import type { LayerCompression } from './layer-content.ts';
import { createReadBudget, type ReadBudget } from './read-budget.ts';
import type { TarHeader } from './tar-header.ts';
import { createTarReader, type TarReader } from './tar-reader.ts';
import { createTemporaryFile, type TemporaryFile } from './temporary-file.ts';
import { unpackLayer } from './unpack-layer.ts';

export interface SpoolInput extends SpoolBlobInput {
  readonly compression: LayerCompression;
  /** What the image config says of it. */
  readonly diffId: DiffId;
  readonly limits: ReadLimits;
}

export interface SpoolBlobInput extends BlobInput {
  readonly temporaryDirectory: string;
  /** How many more bytes of the blob were read. */
  readonly onBytes?: (count: number) => void;
}

/** A layer as an uncompressed tar in a file without a name. */
export interface SpooledLayer {
  readonly tar: TemporaryFile;
  /** In the order of the tar. */
  readonly entries: readonly SpooledEntry[];
  /** Why the entries are not all there, or do not say all: the tar has something that we cannot read. */
  readonly problem: string | undefined;
}

export interface SpooledEntry {
  readonly header: TarHeader;
  /** Where in the tar its content begins, or would begin. */
  readonly contentOffset: number;
}

/**
 * The caller closes `tar`.
 * @throws LayahError `bad-image` naming the layer when it is not what its digest, size or diff ID say, or is no tar.
 */
export async function spoolLayer(input: SpoolInput): Promise<SpooledLayer> {
  const { descriptor, temporaryDirectory, limits } = input;
  const { maxInflatedBytes, maxEntries } = limits;
  const budget = createReadBudget({ compressedBytes: descriptor.size, maxInflatedBytes, maxEntries });
  const tar = createTemporaryFile(temporaryDirectory);
  try {
    const index = createEntryIndex(budget);
    const found = await unpackLayer(
      { ...input, budget },
      {
        push(piece) {
          tar.write(piece);
          index.push(piece);
        },
        finish: () => index.finish(),
      },
    );
    return { tar, ...found };
  } catch (thrown) {
    tar.close();
    throw thrown;
  }
}

/** The blob as it is. The caller closes the file. @throws LayahError `bad-image` as above. */
export async function spoolBlob(input: SpoolBlobInput): Promise<TemporaryFile> {
  const file = createTemporaryFile(input.temporaryDirectory);
  try {
    const { onBytes = () => {} } = input;
    for await (const chunk of countBytes(await openChecked(input), onBytes)) file.write(chunk);
    return file;
  } catch (thrown) {
    file.close();
    throw layerFailure(input.descriptor, thrown);
  }
}

interface EntryIndex {
  push(chunk: Buffer): void;
  finish(): Pick<SpooledLayer, 'entries' | 'problem'>;
}

/** Reads the tar as it passes. What only we cannot read is a problem, what nobody can is an error. */
function createEntryIndex(budget: ReadBudget): EntryIndex {
  const entries: SpooledEntry[] = [];
  let problem: string | undefined;
  const reader = createTarReader({
    entry(header, contentOffset) {
      budget.countEntry(header);
      entries.push({ header, contentOffset });
    },
    content: () => {},
    globalPax: (records) => {
      if ([...records.keys()].some((key) => key !== 'comment')) problem ??= GLOBAL_PAX_PROBLEM;
    },
  });
  const read = (action: (tar: TarReader) => void): void => {
    try {
      if (problem === undefined) action(reader);
    } catch (thrown) {
      if (!(thrown instanceof LayahError) || thrown.code !== 'unsupported-entry') throw thrown;
      problem = thrown.message;
    }
  };
  return {
    push: (chunk) => read((tar) => tar.push(chunk)),
    finish() {
      read((tar) => tar.finish());
      return { entries, problem };
    },
  };
}

const GLOBAL_PAX_PROBLEM = 'it has a global PAX header, which only some programs apply to its entries';
