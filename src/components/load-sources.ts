import type { ComponentMap } from '../model/component-map.ts';
import {
  type ComponentSource,
  SOURCE_NAMES,
  type SourceClaims,
  type SourceInput,
  type SourceName,
} from '../model/component.ts';
import { LayahError } from '../model/errors.ts';
import { alpmSource } from './sources/alpm.ts';
import { apkSource } from './sources/apk.ts';
import { bigfilesSource } from './sources/bigfiles.ts';
import { isUnusable } from './sources/database-reader.ts';
import { dpkgSource } from './sources/dpkg.ts';
import { gemSource } from './sources/gem.ts';
import { createMapSource } from './sources/map-file.ts';
import { nodeSource } from './sources/node-modules.ts';
import { pythonSource } from './sources/python.ts';
import { rpmSource } from './sources/rpm.ts';
import { volatileSource } from './sources/volatile.ts';
import { xattrSource } from './sources/xattr.ts';

interface ListedSource {
  readonly source: ComponentSource;
  /** For messages. */
  readonly subject: string;
  /** Whether it is the database of what the whole tree was made with. */
  readonly ofSystem?: true;
}

/** Their order is that of SOURCE_NAMES: what users say themselves, what package managers know, what is guessed. */
const SOURCES: Readonly<Record<SourceName, ListedSource>> = {
  xattr: { source: xattrSource, subject: 'the component attributes' },
  rpm: { source: rpmSource, subject: 'the rpm database', ofSystem: true },
  dpkg: { source: dpkgSource, subject: 'the dpkg database', ofSystem: true },
  apk: { source: apkSource, subject: 'the apk database', ofSystem: true },
  alpm: { source: alpmSource, subject: 'the pacman database', ofSystem: true },
  python: { source: pythonSource, subject: 'the Python distributions' },
  node: { source: nodeSource, subject: 'the Node packages' },
  gem: { source: gemSource, subject: 'the Ruby gems' },
  volatile: { source: volatileSource, subject: 'the volatile files' },
  bigfiles: { source: bigfilesSource, subject: 'the big files' },
};

export interface SourceSelection {
  readonly enabledSources: readonly SourceName[];
  readonly componentMap: ComponentMap | undefined;
}

/**
 * What the map and every source that has something to say of the tree says, the highest priority first. A database that
 * cannot be used costs a warning where that of another package manager has packages; nobody wants an image whose
 * packages are all one heap, so elsewhere it is an error (sources/database-reader.ts has the whole rule).
 * @throws LayahError whose cause is what went wrong in a source.
 */
export async function loadSources(
  input: SourceInput,
  { enabledSources, componentMap }: SourceSelection,
): Promise<readonly SourceClaims[]> {
  const loaded: SourceClaims[] = [];
  const unusable: LayahError[] = [];
  let isKnown = false;
  for (const listed of listSources(enabledSources, componentMap)) {
    input.signal.throwIfAborted();
    try {
      const claims = await listed.source.load(input);
      if (claims === undefined) continue;
      loaded.push(claims);
      isKnown ||= listed.ofSystem === true && (claims.packageCount ?? 0) > 0;
    } catch (thrown) {
      if (input.signal.aborted) throw thrown;
      const failure = sourceFailure(listed, thrown);
      if (!isUnusable(failure)) throw failure;
      unusable.push(failure);
    }
  }
  if (unusable[0] !== undefined && !isKnown) throw unusable[0];
  for (const { cause, message } of unusable) {
    const why = cause instanceof Error ? cause.message : message;
    input.reporter.warn(`a package database is passed over: ${why}`);
  }
  return loaded;
}

function listSources(
  enabledSources: readonly SourceName[],
  componentMap: ComponentMap | undefined,
): readonly ListedSource[] {
  const enabled = SOURCE_NAMES.filter((name) => enabledSources.includes(name)).map((name) => SOURCES[name]);
  if (componentMap === undefined) return enabled;
  return [{ source: createMapSource(componentMap), subject: `the ${componentMap.origin}` }, ...enabled];
}

function sourceFailure({ source, subject, ofSystem }: ListedSource, thrown: unknown): LayahError {
  const { code, hint } =
    thrown instanceof LayahError ? thrown : { code: 'internal' as const, hint: undefined };
  const without = ofSystem === true ? [`To build without it: --source ${source.name}=off.`] : [];
  const hints = [...(hint === undefined ? [] : [hint]), ...without];
  return new LayahError({
    code,
    message: `reading ${subject}`,
    ...(hints.length === 0 ? {} : { hint: hints.join(' ') }),
    cause: thrown,
  });
}
