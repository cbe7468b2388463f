import type { ComponentInfo, ComponentSource, SourceClaims, SourceInput } from '../../model/component.ts';
import { rootfsPath } from '../../model/rootfs-path.ts';
import { readDpkgChangelogs, type SourceHistory } from './dpkg-changelogs.ts';
import { parseDpkgDiversions } from './dpkg-diversions.ts';
import { claimDpkgFiles } from './dpkg-files.ts';
import { parseDpkgStatus } from './dpkg-status.ts';

/**
 * Debian's package database. A component `dpkg/<source package>` holds the files of all its binary packages, and
 * their files in var/lib/dpkg/info; the rest of the database is the component `dpkg/database`.
 */
export const dpkgSource: ComponentSource = { name: 'dpkg', load: loadDpkg };

const DATABASE_DIRECTORY = rootfsPath('var/lib/dpkg');
const STATUS = rootfsPath('var/lib/dpkg/status');
const DIVERSIONS = rootfsPath('var/lib/dpkg/diversions');
const MAX_STATUS_BYTES = 128 * 1024 * 1024;
const MAX_DIVERSIONS_BYTES = 16 * 1024 * 1024;

/**
 * @returns undefined when the tree has no var/lib/dpkg/status.
 * @throws LayahError `bad-database` when a file of the database is damaged, no regular file or absurdly large.
 */
async function loadDpkg(input: SourceInput): Promise<SourceClaims | undefined> {
  const { reader } = input;
  const directory = reader.resolve(DATABASE_DIRECTORY);
  const status = reader.readFile(STATUS, MAX_STATUS_BYTES);
  if (directory === undefined || status === undefined) return undefined;
  const packages = parseDpkgStatus(status.toString('latin1'));
  const diversions = reader.readFile(DIVERSIONS, MAX_DIVERSIONS_BYTES);
  const divert = parseDpkgDiversions(diversions?.toString('latin1') ?? '');
  const sourceNames = [...new Set(packages.map(({ sourceName }) => sourceName))].sort();
  const claims = await claimDpkgFiles(input, {
    directory,
    packages,
    divert,
    componentOfSource: new Map(sourceNames.map((name, index) => [name, index])),
    databaseComponent: sourceNames.length,
  });
  const histories = await readDpkgChangelogs(input, packages);
  return {
    source: 'dpkg',
    packageCount: packages.filter(({ installed }) => installed).length,
    components: [
      ...sourceNames.map((name) => sourceComponent(name, histories.get(name))),
      DATABASE_COMPONENT,
    ],
    claims,
  };
}

const DATABASE_COMPONENT: ComponentInfo = {
  name: 'dpkg/database',
  mtimeClampSeconds: undefined,
  updateTimesSeconds: [],
  updateIntervalDays: undefined,
  changesEveryBuild: true,
};

function sourceComponent(name: string, history: SourceHistory | undefined): ComponentInfo {
  return {
    name: `dpkg/${name}`,
    mtimeClampSeconds: history?.releaseTimeSeconds,
    updateTimesSeconds: history?.updateTimesSeconds ?? [],
    updateIntervalDays: undefined,
    changesEveryBuild: false,
  };
}
