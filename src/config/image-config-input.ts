import { LayahError } from '../model/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { parseTimestamp } from './created-time.ts';
import { checkImageConfig, textMapMember, textMember } from './image-config-schema.ts';
import { inspectedDocument, inspectedRuntimeConfig } from './inspect-output.ts';
import { parseJsonText } from './json-text.ts';

/** What a config in any of its forms says. */
export interface ImportedConfig {
  /** Members of the image config document other than those below, rootfs and history. */
  readonly document: JsonObject;
  readonly runtimeConfig: JsonObject | undefined;
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly variant: string | undefined;
  readonly createdSeconds: number | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export const EMPTY_CONFIG: ImportedConfig = {
  document: {},
  runtimeConfig: undefined,
  os: undefined,
  architecture: undefined,
  variant: undefined,
  createdSeconds: undefined,
  annotations: {},
};

/**
 * A config in any of four forms, or an array with one of them: the runtime config alone (Env, Cmd, ...), the image
 * config document (image-spec config.md), the output of `podman inspect` or of `docker inspect` for an image.
 * @param source where the text came from, for errors.
 * @throws LayahError `bad-config`
 */
export function parseImageConfigText(text: string, source: string): ImportedConfig {
  const object = singleObject(parseJsonText(text, source), source);
  refuseOtherDocuments(object, source);
  if (hasAny(object, ['Config', 'RootFS', 'RepoTags'])) return importInspectOutput(object, source);
  if (hasAny(object, ['architecture', 'os', 'rootfs', 'config', 'history']))
    return importDocument(object, source);
  checkImageConfig('runtime', object, source);
  return { ...EMPTY_CONFIG, runtimeConfig: object };
}

function singleObject(value: JsonValue, source: string): JsonObject {
  const items: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  const [item] = items;
  if (items.length > 1) {
    throw new LayahError({
      code: 'bad-config',
      message: `${source} describes ${items.length} images`,
      hint: 'Inspect one image only.',
    });
  }
  if (isJsonObject(item)) return item;
  const found = items.length === 0 ? 'an empty list' : describeType(item);
  throw new LayahError({
    code: 'bad-config',
    message: `${source} holds ${found} where an object was expected`,
    hint: 'Pass the output of "podman inspect IMAGE" or "docker inspect IMAGE" as it is.',
  });
}

function describeType(value: JsonValue | undefined): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list in a list' : `a ${typeof value}`;
}

/** What is often mixed up with an image's config, told from it by a member that only it has. */
const OTHER_DOCUMENTS = [
  {
    keys: ['State', 'HostConfig'],
    name: 'the inspect output of a container',
    hint: 'Inspect the image, not the container: podman image inspect IMAGE.',
  },
  {
    keys: ['schemaVersion'],
    name: 'an image manifest or index',
    hint: 'Pass the config instead: skopeo inspect --config --raw IMAGE.',
  },
  {
    keys: ['LayersData', 'Layers'],
    name: 'the output of skopeo inspect, which has no config',
    hint: 'Pass the output of skopeo inspect --config --raw IMAGE.',
  },
  {
    keys: ['ociVersion'],
    name: "a runtime bundle's config.json",
    hint: 'Pass the config of an image: podman inspect IMAGE.',
  },
];

function refuseOtherDocuments(object: JsonObject, source: string): void {
  const other = OTHER_DOCUMENTS.find(({ keys }) => hasAny(object, keys));
  if (other === undefined) return;
  throw new LayahError({ code: 'bad-config', message: `${source} is ${other.name}`, hint: other.hint });
}

/** They are written anew, or stand in a field of ImportedConfig. */
const REWRITTEN_MEMBERS: ReadonlySet<string> = new Set([
  'created',
  'architecture',
  'variant',
  'os',
  'config',
  'rootfs',
  'history',
]);

function importDocument(object: JsonObject, source: string): ImportedConfig {
  checkImageConfig('document', object, source);
  const document = Object.entries(object).filter(([key]) => !REWRITTEN_MEMBERS.has(key));
  const config = object['config'];
  return {
    document: Object.fromEntries(document),
    runtimeConfig: isJsonObject(config) ? config : undefined,
    ...importPlatform(object, ['os', 'architecture', 'variant']),
    createdSeconds: importCreated(object, 'created', source),
    annotations: {},
  };
}

function importInspectOutput(object: JsonObject, source: string): ImportedConfig {
  checkImageConfig('inspect', object, source);
  return {
    document: inspectedDocument(object),
    runtimeConfig: inspectedRuntimeConfig(object),
    ...importPlatform(object, ['Os', 'Architecture', 'Variant']),
    createdSeconds: importCreated(object, 'Created', source),
    annotations: textMapMember(object, 'Annotations'),
  };
}

type ImportedPlatform = Pick<ImportedConfig, 'os' | 'architecture' | 'variant'>;

function importPlatform(object: JsonObject, keys: readonly [string, string, string]): ImportedPlatform {
  const [os, architecture, variant] = keys.map((key) => textMember(object, key));
  return { os, architecture, variant };
}

function importCreated(object: JsonObject, key: string, source: string): number | undefined {
  const text = textMember(object, key);
  const seconds = text === undefined ? undefined : parseTimestamp(text);
  if (seconds !== 'invalid') return seconds;
  throw new LayahError({
    code: 'bad-config',
    message: `${source}: ${key}: ${JSON.stringify(text)} is not an RFC 3339 time between 1970 and 9999`,
  });
}

function hasAny(object: JsonObject, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(object, key));
}
