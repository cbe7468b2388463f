/*
 * The report of `layah explain` for people. Layers are counted from 1.
 */
import { formatBytes, formatNoun, formatShare } from '../model/human-numbers.ts';
import type {
  ExplainBasis,
  ExplainedClaim,
  ExplainedLayer,
  ExplainReport,
  OtherLayer,
} from '../model/explain-report.ts';
import type { LayerReason } from '../model/layer-plan.ts';
import { fieldLines } from './field-lines.ts';

/** Lines that are safe to print. */
export function renderExplainText(report: ExplainReport): string[] {
  const { layer } = report;
  return fieldLines([
    ['path', [report.path]],
    ['in', [report.location]],
    ['what', [whatIs(report)]],
    ['component', componentText(report)],
    ['because', reasons(report)],
    ['contents', report.contents.slice(0, MAX_CONTENTS).map(contentText)],
    ['layer', layer === undefined ? [] : [layerText(layer)]],
    ['there', layer === undefined ? [] : [whyThere(report, layer)]],
    ['shared with', layer === undefined ? [] : neighbours(report, layer)],
    ['also', otherLines(report)],
  ]);
}

const MAX_CONTENTS = 10;
const MAX_NEIGHBOURS = 20;

function whatIs({ kind, sizeBytes, isVisible }: ExplainReport): string {
  const size = kind === 'file' ? `, ${formatBytes(sizeBytes)}` : '';
  return `${kind}${size}${isVisible ? '' : ', deleted'}`;
}

function componentText({ component, version }: ExplainReport): string[] {
  if (component === undefined) return [];
  return [version === undefined ? component : `${component}, version ${version}`];
}

/** Why the component has it, then what others say. */
function reasons({ basis, claims, component, path }: ExplainReport): string[] {
  if (basis !== 'claimed' && basis !== 'hardlink' && basis !== 'recorded') return [BASIS_WORDS[basis]];
  const [winner, ...others] = claims;
  const isWinner = basis !== 'recorded' && winner !== undefined;
  const passedOver = (isWinner ? others : claims).filter((claim) => claim.component !== component);
  return [
    isWinner ? claimText(winner, path) : BASIS_WORDS[basis],
    ...passedOver.map((claim) => `passed over: ${claim.component}, ${claimText(claim, path)}`),
  ];
}

const BASIS_WORDS: Readonly<Record<ExplainBasis, string>> = {
  claimed: 'a source claims it',
  hardlink: 'a source claims another name of it',
  recorded: 'its layer says so, though no source finds it out from the image',
  unclaimed: 'no source claims it',
  contents: 'a directory is in every layer that holds something below it',
  deleted: 'a later layer deletes it',
};

/** `dpkg claims it strongly: the package database lists it`; of a hardlink the name that it is said of. */
function claimText({ source, strength, origin, path }: ExplainedClaim, asked: string): string {
  const words = CLAIM_WORDS[source]?.[strength] ?? 'for reasons of its own';
  const what = path === asked ? 'it' : `its other name ${path}`;
  return `${source} claims ${what} ${strength === 'strong' ? 'strongly' : 'weakly'}: ${words}${origin === undefined ? '' : ` (${origin})`}`;
}

interface ClaimWords {
  readonly strong: string;
  readonly weak: string;
}

const DATABASE_WORDS: ClaimWords = {
  strong: 'the package database lists it, or it is part of the database',
  weak: 'the package manager made it (a link, a cache, its state), or it has the content of a file that was moved',
};
const METADATA_WORDS: ClaimWords = {
  strong: 'the metadata of its package lists it',
  weak: 'it is like a file that the metadata of a package lists',
};

const CLAIM_WORDS: Readonly<Record<string, ClaimWords>> = {
  unlistable: same('the table of contents of eStargz cannot name it'),
  map: same('the component map says so'),
  xattr: same('the attribute user.component says so'),
  rpm: DATABASE_WORDS,
  dpkg: DATABASE_WORDS,
  apk: DATABASE_WORDS,
  alpm: DATABASE_WORDS,
  python: METADATA_WORDS,
  node: METADATA_WORDS,
  gem: METADATA_WORDS,
  volatile: same('it differs in every build'),
  bigfiles: same('it is above 1 MiB'),
};

function same(words: string): ClaimWords {
  return { strong: words, weak: words };
}

function contentText({ name, fileCount }: ExplainReport['contents'][number]): string {
  return `${name}: ${formatNoun(fileCount, 'file')}`;
}

function layerText({ index, digest }: ExplainedLayer): string {
  return digest === undefined ? `${index + 1} of the plan` : `${index + 1}, ${digest}`;
}

const REASON_WORDS: Readonly<Record<LayerReason, string>> = {
  clean: 'the previous image has the same layer, and nothing of it has changed',
  repacked: 'some of it was in layers of the previous image that cannot stay as they are',
  placed: 'all of it is new, and this costs updates least',
  packed: 'grouped by size and how often its components change',
  exclusive: 'a layer of its own was asked for',
  hot: 'it changes in every build, as all in this layer does',
};

function whyThere({ component }: ExplainReport, layer: ExplainedLayer): string {
  const { reason, weeklyUpdateProbability: rate, componentNames } = layer;
  const changes = rate === undefined ? '' : `; it changes in ${formatShare(rate, 1)} of all weeks`;
  if (reason !== undefined) return `${REASON_WORDS[reason]}${changes}`;
  const isRecorded = component !== undefined && componentNames.includes(component);
  return `${isRecorded ? 'the layer says that it holds the component' : 'it was written there'}${changes}`;
}

function neighbours({ component }: ExplainReport, { componentNames }: ExplainedLayer): string[] {
  const others = componentNames.filter((name) => name !== component);
  if (others.length === 0) return [];
  const more = others.length > MAX_NEIGHBOURS ? ` and ${others.length - MAX_NEIGHBOURS} more` : '';
  return [`${others.slice(0, MAX_NEIGHBOURS).join(', ')}${more}`];
}

const ROLES = ['overridden', 'whiteout', 'directory'] as const;

/** Of one layer, of several. */
const ROLE_WORDS: Readonly<Record<OtherLayer['role'], readonly [one: string, several: string]>> = {
  overridden: ['has one that no container sees', 'have some that no container sees'],
  whiteout: ['deletes what lower layers have', 'delete what lower layers have'],
  directory: ['lists the directory too', 'list the directory too'],
};

function otherLines({ otherLayers }: ExplainReport): string[] {
  return ROLES.flatMap((role) => {
    const numbers = otherLayers.filter((other) => other.role === role).map(({ index }) => index + 1);
    const [one, several] = ROLE_WORDS[role];
    if (numbers.length === 0) return [];
    return [
      numbers.length === 1 ? `layer ${numbers.join()} ${one}` : `layers ${numbers.join(', ')} ${several}`,
    ];
  });
}
