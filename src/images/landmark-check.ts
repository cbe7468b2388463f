import { LANDMARK_CONTENT, NO_PREFETCH_LANDMARK, PREFETCH_LANDMARK } from '../model/estargz.ts';
import type { Report } from '../model/finding.ts';
import type { EntryObserver } from './layer-entries.ts';
import type { TarHeader } from './tar-header.ts';

export interface LandmarkCheck extends EntryObserver {
  /** Call at the end of the layer. */
  finish(layout: LayerLayout): void;
}

export interface LayerLayout {
  /** Whether the TOC stands after the end-of-archive blocks, where no plain tar reader finds it. */
  readonly tocIsHidden: boolean;
  /** Position in the stream from which on a plain tar reader sees nothing; undefined when it sees all. */
  readonly hiddenFrom: number | undefined;
  /** Then the TOC is in another blob; where the tar was kept to the byte there is no landmark, and it is missed nowhere. */
  readonly isExternal: boolean;
}

/** Whether an entry is a landmark, under whatever spelling of its name. */
export function isLandmark(header: TarHeader): boolean {
  return header.path === NO_PREFETCH_LANDMARK || header.path === PREFETCH_LANDMARK;
}

/** A layer has exactly one landmark: a top-level file that holds the byte 0x0f. */
export function createLandmarkCheck(report: Report): LandmarkCheck {
  const landmarks: Landmark[] = [];
  let entryCount = 0;
  let current: Landmark | undefined;
  return {
    begin(header) {
      current = isLandmark(header) ? { header, index: entryCount, firstByte: undefined } : undefined;
      if (current !== undefined) landmarks.push(current);
      entryCount++;
    },
    content(chunk) {
      if (current !== undefined) current.firstByte ??= chunk[0];
    },
    finish(layout) {
      const [landmark, second] = landmarks;
      if (landmark === undefined) {
        if (!layout.isExternal) report('landmark', 'the layer has no landmark');
      } else if (second !== undefined) report('landmark', `the layer has ${landmarks.length} landmarks`);
      else checkLandmark(landmark, layout, report);
    },
  };
}

interface Landmark {
  readonly header: TarHeader;
  readonly index: number;
  firstByte: number | undefined;
}

function checkLandmark({ header, index, firstByte }: Landmark, layout: LayerLayout, report: Report): void {
  const { name } = header;
  // containers/storage drops it only under this very name.
  if (name !== header.path) report('landmark', `the landmark is called ${name} instead of ${header.path}`);
  if (header.kind !== 'file' || header.sizeBytes !== 1 || firstByte !== LANDMARK_CONTENT) {
    report('landmark', `${name} is not a file that holds the one byte 0x0f`);
  }
  if (header.path !== NO_PREFETCH_LANDMARK) return;
  const isHidden = layout.hiddenFrom !== undefined && header.offset >= layout.hiddenFrom;
  if (layout.isExternal) {
    if (!isHidden && index !== 0)
      report('landmark', `${name} is entry ${index} of the layer, it must be the first`);
  } else if (layout.tocIsHidden && !isHidden) {
    report('landmark', `${name} stands before the end-of-archive blocks, though the TOC stands after them`);
  } else if (!layout.tocIsHidden && index !== 0) {
    report('landmark', `${name} is entry ${index} of the layer, it must be the first`);
  }
}
