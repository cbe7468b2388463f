import { UNCLAIMED_COMPONENT } from '../components/assign.ts';
import type { ImageReport } from '../model/image-report.ts';
import type { RootfsPath } from '../model/rootfs-path.ts';

/** Which component an entry of an image belongs to. */
export interface ComponentLookup {
  readonly from: ImageReport['componentsFrom'];
  /** Of a layer's annotation, in byte order; empty where there is none. */
  recordedNames(layer: number): readonly string[];
  /** Undefined when it is not known. */
  find(path: RootfsPath, layer: number): string | undefined;
}

/**
 * What the layers say of themselves counts most: it is what the build knew. What the sources of the build make of the
 * merged tree says which of the components of a layer a file belongs to, and all where layers say nothing.
 * @param recorded the names on each layer.
 * @param claimed the component of every path of the merged tree; undefined when no source was asked.
 */
export function createComponentLookup(
  recorded: readonly (readonly string[])[],
  claimed: ReadonlyMap<RootfsPath, string> | undefined,
): ComponentLookup {
  const isRecorded = recorded.some((names) => names.length > 0);
  return {
    from: claimed !== undefined ? 'databases' : isRecorded ? 'annotations' : 'none',
    recordedNames: (layer) => recorded[layer] ?? [],
    find(path, layer) {
      const names = recorded[layer] ?? [];
      const [only, second] = names;
      if (only !== undefined && second === undefined) return only;
      if (claimed === undefined) return undefined;
      const claim = claimed.get(path) ?? UNCLAIMED_COMPONENT;
      return names.length === 0 ? claim : matchingName(claim, names);
    },
  };
}

/**
 * Of a component that was cut, the layer names a part: `dpkg/linux-firmware#01`. Where the layer names neither, the
 * build knew more than the image tells, for example with a program that this machine has not.
 */
function matchingName(claim: string, names: readonly string[]): string | undefined {
  return names.find((name) => name === claim || name.startsWith(`${claim}#`));
}
