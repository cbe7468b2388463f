import { unreachable } from '../model/errors.ts';
import { formatNoun } from '../model/human-numbers.ts';
import type { LayerStorage } from '../model/image-report.ts';

/** One word for a table. */
export function storageWord({ kind }: LayerStorage): string {
  return kind === 'estargz' ? 'eStargz' : kind;
}

/** Everything that is known of it: `eStargz, 12 chunks in 10 gzip members, nothing to prefetch`. */
export function describeStorage(storage: LayerStorage): string {
  if (storage.kind !== 'estargz') return storageWord(storage);
  const { chunkCount, memberCount, tocIsExternal } = storage;
  return [
    'eStargz',
    `${formatNoun(chunkCount, 'chunk')} in ${formatNoun(memberCount, 'gzip member')}`,
    describeLandmark(storage.landmark),
    ...(tocIsExternal ? ['its TOC in another image'] : []),
  ].join(', ');
}

function describeLandmark(landmark: Extract<LayerStorage, { kind: 'estargz' }>['landmark']): string {
  switch (landmark) {
    case 'prefetch':
      return 'with files to prefetch';
    case 'no-prefetch':
      return 'nothing to prefetch';
    case 'none':
      return 'no landmark';
  }
  return unreachable(landmark);
}
