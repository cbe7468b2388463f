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
import { type TarTaker, unpackLayer } from './unpack-layer.ts';

export type SpoolInput = SpoolBlobInput & IndexInput;

export interface IndexInput extends BlobInput {
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
export interface SpooledLayer extends IndexedLayer {
  readonly tar: TemporaryFile;
}

export interface IndexedLayer {
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
  const budget = budgetOf(input);
  const tar = createTemporaryFile(input.temporaryDirectory);
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

/** The entries alone. @throws LayahError `bad-image` as above. */
export async function indexLayer(input: IndexInput): Promise<IndexedLayer> {
  const budget = budgetOf(input);
  return unpackLayer({ ...input, budget }, createEntryIndex(budget));
}

function budgetOf({ descriptor, limits: { maxInflatedBytes, maxEntries } }: IndexInput): ReadBudget {
  return createReadBudget({ compressedBytes: descriptor.size, maxInflatedBytes, maxEntries });
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

/** Reads the tar as it passes. What only we cannot read is a problem, what nobody can is an error. */
function createEntryIndex(budget: ReadBudget): TarTaker<IndexedLayer> {
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
