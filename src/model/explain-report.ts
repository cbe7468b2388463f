/*
 * What `layah explain` knows of one path: plain, frozen data. Layers are counted from 0, from the bottom up; paths are
 * for display, see `displayPath`.
 */
import type { ClaimStrength } from './component.ts';
import type { Digest } from './digest.ts';
import type { LayerReason } from './layer-plan.ts';

export interface ExplainReport {
  readonly subject: 'image' | 'rootfs';
  /** As the user named it. */
  readonly location: string;
  /** Where the path leads to through the symlinks of directories. */
  readonly path: string;
  /** `file`, `directory`, `symlink`..., of the last layer that has it. */
  readonly kind: string;
  /** Content bytes; 0 for what is no regular file. */
  readonly sizeBytes: number;
  /** False when a later layer deletes it. */
  readonly isVisible: boolean;
  /** Undefined for a directory with something in it: it is in every layer that holds some of that. */
  readonly component: string | undefined;
  /** Of the component, where its package database has it. */
  readonly version: string | undefined;
  readonly basis: ExplainBasis;
  /** Everything that sources say, the one that wins first. */
  readonly claims: readonly ExplainedClaim[];
  /** Of a directory: the components of what is in it, those with most files first. */
  readonly contents: readonly ContainedComponent[];
  /** Of the root filesystem: of the plan. Undefined for a directory with something in it, and for what is deleted. */
  readonly layer: ExplainedLayer | undefined;
  /** Other layers that say something of the path, from the bottom up. */
  readonly otherLayers: readonly OtherLayer[];
}

/**
 * claimed: the first of the claims is for this path. hardlink: it is for another name of the file.
 * recorded: no source says so, but the layer's annotation. unclaimed: nobody says anything.
 * contents: a directory is where what it holds is. deleted: there is nothing to say of it any more.
 */
export type ExplainBasis = 'claimed' | 'hardlink' | 'recorded' | 'unclaimed' | 'contents' | 'deleted';

export interface ExplainedClaim {
  readonly source: string;
  readonly component: string;
  readonly strength: ClaimStrength;
  /** What it comes from when not from the path: a line of the map, an attribute of a directory. */
  readonly origin: string | undefined;
  /** What it is said of. */
  readonly path: string;
}

export interface ContainedComponent {
  readonly name: string;
  readonly fileCount: number;
}

export interface ExplainedLayer {
  readonly index: number;
  /** Of the image; a plan has none. */
  readonly digest: Digest | undefined;
  /** In byte order; empty when nothing is known. */
  readonly componentNames: readonly string[];
  /** Why these components are together; undefined where that is not known. */
  readonly reason: LayerReason | undefined;
  readonly weeklyUpdateProbability: number | undefined;
}

export interface OtherLayer {
  readonly index: number;
  readonly digest: Digest | undefined;
  /** overridden: a version that no container sees. whiteout: it deletes what lower layers have. directory: it lists it too. */
  readonly role: 'overridden' | 'whiteout' | 'directory';
}
