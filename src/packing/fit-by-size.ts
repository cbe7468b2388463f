import { byName, type Members, type RatedItem } from './rated-item.ts';

/**
 * First fit, the largest first: as few groups as can be had without much search, whatever they cost later.
 * @returns groups of which none of several items is above the limit.
 */
export function fitBySize(items: Members, maxGroupBytes: number): Members[] {
  const groups: { readonly members: RatedItem[]; bytes: number }[] = [];
  const falling = items.toSorted(
    (left, right) => right.item.sizeBytes - left.item.sizeBytes || byName(left, right),
  );
  for (const rated of falling) {
    const { sizeBytes } = rated.item;
    const group = groups.find(({ bytes }) => bytes + sizeBytes <= maxGroupBytes);
    if (group === undefined) {
      groups.push({ members: [rated], bytes: sizeBytes });
    } else {
      group.members.push(rated);
      group.bytes += sizeBytes;
    }
  }
  return groups.map(({ members }) => members);
}
