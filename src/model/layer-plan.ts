/** What packing sees of a component. */
export interface PackItem {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it changed, seconds since 1970. */
  readonly updateTimesSeconds: readonly number[];
  /** What the user said of its update rate, in days. */
  readonly updateIntervalDays: number | undefined;
  readonly changesEveryBuild: boolean;
  /** It gets a layer of its own. */
  readonly exclusive: boolean;
  /** Equal to that in the previous image when nothing of it has changed: content, metadata, the set of entries. */
  readonly fingerprint: string;
}

export interface PreviousComponent {
  readonly name: string;
  readonly fingerprint: string;
}

/** A layer of the image that this one replaces. */
export interface PreviousLayer {
  readonly components: readonly PreviousComponent[];
}

export interface PreviousImage {
  /** From the bottom up. */
  readonly layers: readonly PreviousLayer[];
  /** What deflated them, each once, see `engineIdentity`. */
  readonly engines: readonly string[];
}

export interface PackingOptions {
  readonly maxLayers: number;
  /** No layer is larger unless one component is; undefined for no limit. */
  readonly maxLayerSizeBytes: number | undefined;
  /** The plan knows no update after it: the time of the build, or without a previous image that of `planEpochSeconds`. */
  readonly planTimeSeconds: number;
  /** From the bottom up; undefined when there is none, or when it shall not count. */
  readonly previous: readonly PreviousLayer[] | undefined;
}

/**
 * Why a layer holds what it holds:
 * clean: the previous image has the same layer, and nothing of it has changed.
 * repacked: some of it was in layers of the previous image that cannot stay as they are.
 * placed: it is all new.
 * packed: there is no previous image.
 * exclusive: it was asked for.
 * hot: it changes in every build.
 */
export type LayerReason = 'clean' | 'repacked' | 'placed' | 'packed' | 'exclusive' | 'hot';

/** A layer to write anew from the named components. A layer kept from a previous image will be a second variant. */
export interface NewLayerPlan {
  readonly kind: 'new';
  /** In byte order. */
  readonly componentNames: readonly string[];
  readonly reason: LayerReason;
  /** Content bytes of its components. */
  readonly sizeBytes: number;
  /** How likely a build a week later has another layer in its place, from 0 to 1. */
  readonly weeklyUpdateProbability: number;
}

export type LayerPlan = NewLayerPlan;

/** A component that alone is above the limit of a layer's size. */
export interface OversizedComponent {
  readonly kind: 'oversized-component';
  readonly componentName: string;
  readonly sizeBytes: number;
  readonly maxLayerSizeBytes: number;
}

export type PackingWarning = OversizedComponent;

export interface PackingPlan {
  /** From the bottom up. */
  readonly layers: readonly LayerPlan[];
  readonly warnings: readonly PackingWarning[];
}
