/** What packing sees of a component. */
export interface PackItem {
  readonly name: string;
  readonly sizeBytes: number;
  readonly updateTimesSeconds: readonly number[];
  readonly updateIntervalDays: number | undefined;
  readonly changesEveryBuild: boolean;
  /** It gets a layer of its own. */
  readonly exclusive: boolean;
}

/** A layer to write anew from the named components. A layer kept from a previous image will be a second variant. */
export interface NewLayerPlan {
  readonly kind: 'new';
  /** In byte order. */
  readonly componentNames: readonly string[];
}

export type LayerPlan = NewLayerPlan;
