import type { Scan } from '../../model/entry.ts';
import { baseName, parentPath, type RootfsPath } from '../../model/rootfs-path.ts';

export type InstallationKind = 'dist-info' | 'egg-info' | 'conda';

/** Where a list of installed files lies. */
export interface Installation {
  readonly kind: InstallationKind;
  /** RECORD, installed-files.txt or conda-meta/NAME-VERSION-BUILD.json. */
  readonly list: RootfsPath;
  /** site-packages and the like; the environment that has conda-meta. */
  readonly environment: RootfsPath;
  /** Of Python distributions, as PEP 503 normalises it; '' where only the list tells it. */
  readonly name: string;
}

/**
 * Every list of the tree: conda's first, since conda installs whole distributions with their RECORD, then the outer
 * ones first, since a distribution may bring others along inside it.
 */
export function findInstallations(scan: Scan): Installation[] {
  return scan.entries
    .flatMap(({ kind, path }) => (kind === 'file' ? (readInstallation(path) ?? []) : []))
    .map((installation) => ({ installation, rank: rankOf(installation) }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ installation }) => installation);
}

/** What conda calls its directory. */
export const CONDA_META = 'conda-meta';

function readInstallation(list: RootfsPath): Installation | undefined {
  const directory = parentPath(list);
  const environment = parentPath(directory);
  const directoryName = baseName(directory);
  const fileName = baseName(list);
  if (directoryName === CONDA_META && fileName.endsWith('.json')) {
    return { kind: 'conda', list, environment, name: '' };
  }
  if (fileName === 'RECORD' && directoryName.endsWith('.dist-info')) {
    return namedInstallation('dist-info', list, environment);
  }
  return fileName === 'installed-files.txt' && directoryName.endsWith('.egg-info')
    ? namedInstallation('egg-info', list, environment)
    : undefined;
}

/** `NAME-VERSION.dist-info`, `NAME-VERSION-py3.11.egg-info`: a hyphen in the name is written as an underscore. */
function namedInstallation(
  kind: 'dist-info' | 'egg-info',
  list: RootfsPath,
  environment: RootfsPath,
): Installation | undefined {
  const stem = baseName(parentPath(list)).slice(0, -`.${kind}`.length);
  const hyphen = kind === 'egg-info' ? stem.indexOf('-') : stem.lastIndexOf('-');
  const name = normaliseName(hyphen < 0 ? stem : stem.slice(0, hyphen));
  return name === '' ? undefined : { kind, list, environment, name };
}

/** Only ASCII letters: the name is a byte string. */
function normaliseName(name: string): string {
  return name.replace(/[-_.]+/g, '-').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function rankOf({ kind, environment }: Installation): number {
  return kind === 'conda' ? -1 : environment.split('/').length;
}
