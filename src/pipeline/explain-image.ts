import { whiteoutsOf } from '../model/whiteouts.ts';
import type { ExplainedLayer, ExplainReport, OtherLayer } from '../model/explain-report.ts';
import type { ExplainOptions } from '../model/inspect-options.ts';
import { displayPath, type RootfsPath } from '../model/rootfs-path.ts';
import { explainEntry, findEntry, nothingThere, type PathExplanation } from './explain-path.ts';
import { estimateRates } from './update-estimate.ts';
import {
  type ClaimedReading,
  createReadingCache,
  type ImageReading,
  type OpenedImage,
  readClaimedImage,
} from './read-image.ts';
import type { RunContext } from './run.ts';

/** @throws LayahError `usage` when no layer has anything at the path. */
export async function explainInImage(
  opened: OpenedImage,
  options: Extract<ExplainOptions, { kind: 'image' }>,
  context: RunContext,
): Promise<ExplainReport> {
  const reading = await readClaimedImage(opened, {
    limits: options,
    cache: createReadingCache({ dates: true }),
    context,
  });
  const subject = { subject: 'image', location: reading.location } as const;
  const entry = findEntry(reading.claimed.scan, options.path);
  if (entry === undefined) return { ...subject, ...explainDeleted(reading, options.path) };
  const found = explainEntry(reading.claimed, entry);
  const isShared = found.basis === 'contents';
  const layer = isShared ? undefined : reading.contents.tree.origin(entry.path)?.layer;
  return {
    ...subject,
    ...(layer === undefined ? found : asRecorded(found, reading, { path: entry.path, layer })),
    isVisible: true,
    layer: layer === undefined ? undefined : explainLayer(reading, layer),
    otherLayers: otherLayers(reading, entry.path, layer),
  };
}

interface Place {
  readonly path: RootfsPath;
  readonly layer: number;
}

/** What the layer says of itself counts: it is what the build knew. */
function asRecorded(found: PathExplanation, { lookup }: ImageReading, place: Place): PathExplanation {
  const component = lookup.find(place.path, place.layer);
  if (component === undefined || component === found.component) return found;
  return { ...found, component, version: undefined, basis: 'recorded' };
}

function explainDeleted(
  reading: ClaimedReading,
  path: RootfsPath,
): Omit<ExplainReport, 'subject' | 'location'> {
  const stored = reading.contents.entries.findLast(({ header }) => header.path === path);
  if (stored === undefined) throw nothingThere(reading.location, path, reading.claimed.scan);
  return {
    path: displayPath(path),
    kind: stored.header.kind,
    sizeBytes: stored.header.sizeBytes,
    isVisible: false,
    component: undefined,
    version: undefined,
    basis: 'deleted',
    claims: [],
    contents: [],
    layer: undefined,
    otherLayers: otherLayers(reading, path, undefined),
  };
}

function explainLayer({ layers, lookup, claimed, image }: ClaimedReading, index: number): ExplainedLayer {
  const componentNames = lookup.recordedNames(index);
  return {
    index,
    digest: layers[index]?.descriptor.digest,
    componentNames,
    reason: undefined,
    weeklyUpdateProbability: estimateRates(claimed.components, image.config.created)?.ofLayer(componentNames),
  };
}

/** @param holder the layer that is told of already. */
function otherLayers(
  { layers, contents }: ImageReading,
  path: RootfsPath,
  holder: number | undefined,
): OtherLayer[] {
  const whiteouts = new Set(whiteoutsOf(path));
  let isBelow = false;
  return layers.flatMap(({ entries, descriptor }, index): OtherLayer[] => {
    const { digest } = descriptor;
    const own = entries.find(({ header }) => header.path === path);
    const deletes = isBelow && entries.some(({ header }) => whiteouts.has(header.path));
    isBelow ||= own !== undefined;
    const isKept = own?.header.kind === 'directory' && contents.tree.inodes.get(path)?.kind === 'directory';
    const role = isKept ? 'directory' : 'overridden';
    return [
      ...(deletes ? [{ index, digest, role: 'whiteout' } as const] : []),
      ...(own !== undefined && index !== holder ? [{ index, digest, role } as const] : []),
    ];
  });
}
