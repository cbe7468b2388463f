import type { LayerBlob, TocBlob } from '../model/layer.ts';

export interface WrittenLayer {
  readonly blob: LayerBlob;
  /** Only of an eStargz layer whose TOC is external. */
  readonly tocBlob: TocBlob | undefined;
  /** The blob's bytes; must be read before the next layer is asked for. A piece is overwritten when the next one is. */
  readonly read: () => Iterable<Uint8Array>;
}
