import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './layah.ts';

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const index = z.object({ manifests: z.array(descriptor).length(1) });
const manifest = z.object({ config: descriptor, layers: z.array(descriptor).min(1) });

export interface ArchivedManifest {
  readonly digest: string;
  readonly layers: readonly z.infer<typeof descriptor>[];
}

/** Reads the one manifest of an OCI archive with tar, not with layah. */
export async function readManifest(archive: string): Promise<ArchivedManifest> {
  return findManifest((name) => run('tar', ['-xOf', archive, name]));
}

/** That of a directory. */
export async function readLayoutManifest(directory: string): Promise<ArchivedManifest> {
  return findManifest((name) => readFile(join(directory, name), 'utf8'));
}

export function componentsOf({ annotations }: ArchivedManifest['layers'][number]): string[] {
  return (annotations?.['org.layah.component'] ?? '').split(',');
}

async function findManifest(readMember: (name: string) => Promise<string>): Promise<ArchivedManifest> {
  const [entry] = index.parse(JSON.parse(await readMember('index.json'))).manifests;
  if (entry === undefined) throw new Error('the index lists no manifest');
  const blob = `blobs/${entry.digest.replace(':', '/')}`;
  const { layers } = manifest.parse(JSON.parse(await readMember(blob)));
  return { digest: entry.digest, layers };
}
