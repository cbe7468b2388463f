import type { LayerContents } from '../model/layer.ts';
import type { Reporter } from '../model/reporter.ts';

/**
 * How far a conversion is, in bytes of the layers as they were. Reading and unpacking a layer counts for half of it,
 * writing it anew for the other half.
 */
export interface ConvertProgress {
  begin(layerBytes: number): void;
  /** How many more bytes of the layer were read. */
  readonly onBlobBytes: (count: number) => void;
  /** What is to be written. */
  unpacked(contents: LayerContents): void;
  /** How many more bytes of content were written. */
  readonly onContentBytes: (count: number) => void;
  end(): void;
}

export function createConvertProgress(totalBytes: number, reporter: Reporter): ConvertProgress {
  let endedBytes = 0;
  let layer = { bytes: 0, readBytes: 0, contentBytes: 0, writtenBytes: 0 };
  const report = (): void => {
    const { bytes, readBytes, contentBytes, writtenBytes } = layer;
    const done = (partOf(readBytes, bytes) + partOf(writtenBytes, contentBytes)) / 2;
    reporter.progress('layers', endedBytes + Math.floor(bytes * done), totalBytes);
  };
  return {
    begin(bytes) {
      layer = { bytes, readBytes: 0, contentBytes: 0, writtenBytes: 0 };
      report();
    },
    onBlobBytes(count) {
      layer.readBytes += count;
      report();
    },
    unpacked({ entries }) {
      layer.contentBytes = entries.reduce(
        (sum, entry) => sum + (entry.kind === 'file' ? entry.sizeBytes : 0),
        0,
      );
    },
    onContentBytes(count) {
      layer.writtenBytes += count;
      report();
    },
    end() {
      endedBytes += layer.bytes;
      layer = { bytes: 0, readBytes: 0, contentBytes: 0, writtenBytes: 0 };
      report();
    },
  };
}

/** From 0 to 1; of nothing there is no part. */
function partOf(bytes: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(bytes / whole, 1);
}
