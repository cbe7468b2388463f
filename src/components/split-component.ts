/*
 * Cuts a component that is too big for one layer into parts. Pure: takes the component and a way to measure one.
 *
 * - The files of a directory stay together where they fit, since they tend to change together; the paths of one inode
 *   always do.
 * - Directories are told apart by the bits of a hash of their path: all of them, else those whose hash begins with 0 and
 *   those with 1, and so on until each part fits. So a file that grows or comes moves files of its own part alone, and
 *   that only when the part no longer fits.
 * - A directory that does not fit is cut the same way by the paths of its files. A file that does not is a part alone.
 *
 * The parts are called NAME#BITS, NAME#/DIRECTORY#BITS or NAME#/FILE; BITS is * where one part has them all.
 */
import { hash } from 'node:crypto';
import { compareByteOrder } from '../model/byte-order.ts';
import type { Component } from '../model/component.ts';
import type { Entry } from '../model/entry.ts';
import { displayPath, parentPath, type RootfsPath } from '../model/rootfs-path.ts';

export interface SplitLimit {
  readonly maxBytes: number;
  /** Bytes of the layer that holds only this component. */
  readonly measure: (component: Component) => number;
}

/** @returns the component as it is when it fits or has one file; sorted by name, every entry in exactly one part. */
export function splitComponent(component: Component, limit: SplitLimit): readonly Component[] {
  if (limit.measure(component) <= limit.maxBytes) return [component];
  const inodes = gatherInodes(component.entries);
  if (inodes.length === 1) return [component];
  return splitDirectories({ component, limit }, gatherDirectories(inodes)).sort((left, right) =>
    compareByteOrder(left.name, right.name),
  );
}

/** Entries that must not be parted. */
interface Unit {
  /** Of an inode its first path in scan order. */
  readonly path: RootfsPath;
  readonly entries: readonly Entry[];
}

interface Directory extends Unit {
  readonly inodes: readonly Unit[];
}

interface Splitting {
  readonly component: Component;
  readonly limit: SplitLimit;
}

function gatherInodes(entries: readonly Entry[]): Unit[] {
  const inodes = new Map<number | RootfsPath, { readonly path: RootfsPath; readonly entries: Entry[] }>();
  for (const entry of entries) {
    const key = entry.kind === 'directory' ? entry.path : (entry.linkGroup ?? entry.path);
    const known = inodes.get(key);
    if (known === undefined) inodes.set(key, { path: entry.path, entries: [entry] });
    else known.entries.push(entry);
  }
  return [...inodes.values()];
}

function gatherDirectories(inodes: readonly Unit[]): Directory[] {
  const directories = new Map<RootfsPath, Unit[]>();
  for (const inode of inodes) {
    const path = parentPath(inode.path);
    const known = directories.get(path);
    if (known === undefined) directories.set(path, [inode]);
    else known.push(inode);
  }
  return [...directories].map(([path, units]) => ({
    path,
    entries: units.flatMap(({ entries }) => entries),
    inodes: units,
  }));
}

function splitDirectories(splitting: Splitting, directories: readonly Directory[]): Component[] {
  const { name } = splitting.component;
  const { fitting, tooBig } = separate(splitting, directories);
  return [
    ...splitByHash(splitting, fitting.map(withHash), { label: name, bits: '' }),
    ...tooBig.flatMap((directory) => splitInodes(splitting, directory)),
  ];
}

function splitInodes(splitting: Splitting, { path, inodes }: Directory): Component[] {
  const { name } = splitting.component;
  const { fitting, tooBig } = separate(splitting, inodes);
  const label = `${name}#${displayPath(path)}`;
  return [
    ...splitByHash(splitting, fitting.map(withHash), { label, bits: '' }),
    ...tooBig.map((inode) => makePart(splitting.component, `${name}#${displayPath(inode.path)}`, [inode])),
  ];
}

function separate<Kind extends Unit>(splitting: Splitting, units: readonly Kind[]) {
  const fitting: Kind[] = [];
  const tooBig: Kind[] = [];
  for (const unit of units) (fits(splitting, [unit]) ? fitting : tooBig).push(unit);
  return { fitting, tooBig };
}

interface HashedUnit extends Unit {
  /** SHA-256 of its path, as 256 characters 0 or 1. */
  readonly hashBits: string;
}

function withHash(unit: Unit): HashedUnit {
  const hashBits = [...hash('sha256', unit.path, 'buffer')]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return { ...unit, hashBits };
}

interface Bucket {
  readonly label: string;
  /** How the hashes of its units begin. */
  readonly bits: string;
}

/** @param units - each of them fits. */
function splitByHash(splitting: Splitting, units: readonly HashedUnit[], bucket: Bucket): Component[] {
  if (units.length === 0) return [];
  const { label, bits } = bucket;
  if (units.length === 1 || fits(splitting, units)) {
    return [makePart(splitting.component, `${label}#${bits === '' ? '*' : bits}`, units)];
  }
  const inHalf = (bit: string) => units.filter(({ hashBits }) => hashBits[bits.length] === bit);
  return ['0', '1'].flatMap((bit) => splitByHash(splitting, inHalf(bit), { label, bits: bits + bit }));
}

function fits({ component, limit }: Splitting, units: readonly Unit[]): boolean {
  return limit.measure(makePart(component, component.name, units)) <= limit.maxBytes;
}

function makePart(component: Component, name: string, units: readonly Unit[]): Component {
  const entries = units.flatMap((unit) => unit.entries);
  const sizeBytes = units.reduce((sum, unit) => sum + contentBytes(unit), 0);
  return { ...component, name, entries, sizeBytes };
}

/** The entries of an inode are all of one size. */
function contentBytes({ entries }: Unit): number {
  const counted = new Set<number>();
  let sizeBytes = 0;
  for (const entry of entries) {
    if (entry.kind !== 'file' || (entry.linkGroup !== undefined && counted.has(entry.linkGroup))) continue;
    if (entry.linkGroup !== undefined) counted.add(entry.linkGroup);
    sizeBytes += entry.sizeBytes;
  }
  return sizeBytes;
}
