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
}

/** Their order is that of SOURCE_NAMES: what users say themselves, what package managers know, what is guessed. */
const SOURCES: Readonly<Record<SourceName, ListedSource>> = {
  xattr: { source: xattrSource, subject: 'the component attributes' },
  rpm: { source: rpmSource, subject: 'the rpm database' },
  dpkg: { source: dpkgSource, subject: 'the dpkg database' },
  apk: { source: apkSource, subject: 'the apk database' },
  alpm: { source: alpmSource, subject: 'the pacman database' },
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
 * What the map and every source that has something to say of the tree says, the highest priority first.
 * @throws LayahError whose cause is what went wrong in a source.
 */
export async function loadSources(
  input: SourceInput,
  { enabledSources, componentMap }: SourceSelection,
): Promise<readonly SourceClaims[]> {
  const loaded: SourceClaims[] = [];
  const map =
    componentMap === undefined
      ? []
      : [{ source: createMapSource(componentMap), subject: `the ${componentMap.origin}` }];
  const enabled = SOURCE_NAMES.filter((name) => enabledSources.includes(name));
  for (const listed of [...map, ...enabled.map((name) => SOURCES[name])]) {
    input.signal.throwIfAborted();
    const claims = await loadSource(listed, input);
    if (claims !== undefined) loaded.push(claims);
  }
  return loaded;
}

async function loadSource(
  { source, subject }: ListedSource,
  input: SourceInput,
): Promise<SourceClaims | undefined> {
  try {
    return await source.load(input);
  } catch (thrown) {
    if (input.signal.aborted) throw thrown;
    const { code, hint } =
      thrown instanceof LayahError ? thrown : { code: 'internal' as const, hint: undefined };
    throw new LayahError({
      code,
      message: `reading ${subject}`,
      ...(hint === undefined ? {} : { hint }),
      cause: thrown,
    });
  }
}
