import { en } from 'zod/locales';
import * as z from 'zod/mini';
import { LayahError } from '../model/errors.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

// The small zod has no messages of its own.
z.config(en());

/*
 * The types of the members that we or a runtime rely on; everything else is let through. Go writes null for an
 * empty list or map. These schemas only check: what is kept is the parsed JSON itself, since zod would drop
 * members such as `__proto__`.
 */
const text = z.nullish(z.string());
const textList = z.nullish(z.array(z.string()));
const textMap = z.nullish(z.record(z.string(), z.string()));
const nameSet = z.nullish(z.record(z.string(), z.json()));

/** image-spec config.md "Properties", and docker-image-spec's Healthcheck, OnBuild, Shell, StopTimeout. */
const runtimeConfigSchema = z.looseObject({
  User: text,
  ExposedPorts: nameSet,
  Env: textList,
  Entrypoint: textList,
  Cmd: textList,
  Volumes: nameSet,
  WorkingDir: text,
  Labels: textMap,
  StopSignal: text,
  StopTimeout: z.nullish(z.int()),
  Shell: textList,
  OnBuild: textList,
  Healthcheck: z.nullish(z.looseObject({ Test: textList })),
});

const documentSchema = z.looseObject({
  created: text,
  architecture: text,
  variant: text,
  os: text,
  config: z.nullish(runtimeConfigSchema),
});

const inspectSchema = z.looseObject({
  Created: text,
  Architecture: text,
  Variant: text,
  Os: text,
  OsVersion: text,
  Author: text,
  Config: z.nullish(runtimeConfigSchema),
  Healthcheck: runtimeConfigSchema.shape.Healthcheck,
  Annotations: textMap,
});

const SCHEMAS = { runtime: runtimeConfigSchema, document: documentSchema, inspect: inspectSchema };

/** @throws LayahError `bad-config` naming the source and the member with the wrong type. */
export function checkImageConfig(form: keyof typeof SCHEMAS, object: JsonObject, source: string): void {
  const result = SCHEMAS[form].safeParse(object);
  const issue = result.error?.issues[0];
  if (issue === undefined) return;
  throw new LayahError({
    code: 'bad-config',
    message: `${source}: ${z.core.toDotPath(issue.path)}: ${issue.message.replace('Invalid input: ', '')}`,
  });
}

/** Whether the runtime config's members of that name are known, so that null means that there is none. */
export function isKnownConfigMember(key: string): boolean {
  return Object.hasOwn(runtimeConfigSchema.shape, key);
}

/** For members that the schema knows as text or null. */
export function textMember(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** For members that the schema knows as a map of texts or null. */
export function textMapMember(object: JsonObject, key: string): Record<string, string> {
  const value: JsonValue = object[key] ?? {};
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}
