import { en } from 'zod/locales';
import * as z from 'zod/mini';
import { parseDiffId, parseDigest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { hasMoreValues } from '../model/json-size.ts';

/* What we read of documents that others wrote: unknown members are let through, known ones must have the right type. */

// The small zod has no messages of its own.
z.config(en());

const MAX_LAYERS = 10_000;
/** A manifest of so many layers has 20 values for each. */
const MAX_VALUES = 500_000;
const SHA256 = /^sha256:[0-9a-f]{64}$/;

const annotationsSchema = z.nullish(z.record(z.string(), z.string()));
const sha256Schema = z.string().check(z.regex(SHA256, 'is not a SHA-256 digest'));
const digestSchema = z.pipe(sha256Schema, z.transform(parseDigest));
const diffIdSchema = z.pipe(sha256Schema, z.transform(parseDiffId));
const platformSchema = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.optional(z.string()),
});
const descriptorSchema = z.looseObject({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().check(z.nonnegative()),
  annotations: annotationsSchema,
  platform: z.optional(platformSchema),
});
const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  manifests: z.array(descriptorSchema).check(z.maxLength(MAX_LAYERS)),
  annotations: annotationsSchema,
});
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).check(z.maxLength(MAX_LAYERS)),
  subject: z.optional(descriptorSchema),
  annotations: annotationsSchema,
});
const historySchema = z.looseObject({
  created: z.optional(z.string()),
  created_by: z.optional(z.string()),
  comment: z.optional(z.string()),
  empty_layer: z.optional(z.boolean()),
});
const imageConfigSchema = z.looseObject({
  created: z.optional(z.string()),
  architecture: z.string(),
  variant: z.optional(z.string()),
  os: z.string(),
  config: z.nullish(z.looseObject({})),
  rootfs: z.looseObject({
    type: z.literal('layers'),
    diff_ids: z.array(diffIdSchema).check(z.maxLength(MAX_LAYERS)),
  }),
  history: z.nullish(z.array(historySchema)),
});

const dockerManifestSchema = z
  .array(
    z.looseObject({
      Config: z.string(),
      RepoTags: z.nullish(z.array(z.string())),
      Layers: z.nullish(z.array(z.string()).check(z.maxLength(MAX_LAYERS))),
    }),
  )
  .check(z.maxLength(MAX_LAYERS));

export type ReadDockerImage = z.infer<typeof dockerManifestSchema>[number];
export type ReadDescriptor = z.infer<typeof descriptorSchema>;
export type ReadImageIndex = z.infer<typeof indexSchema>;
export type ReadManifest = z.infer<typeof manifestSchema>;
export type ReadImageConfig = z.infer<typeof imageConfigSchema>;

/**
 * `index.json`, or an image index blob.
 * @param where names the file in errors, for example `index.json of out.ociarchive`.
 * @throws LayahError `bad-image` naming the file and the field.
 */
export function parseImageIndex(bytes: Uint8Array, where: string): ReadImageIndex {
  return parseDocument(indexSchema, bytes, where);
}

/** @throws LayahError `bad-image` naming the file and the field. */
export function parseManifest(bytes: Uint8Array, where: string): ReadManifest {
  return parseDocument(manifestSchema, bytes, where);
}

/** @throws LayahError `bad-image` naming the file and the field. */
export function parseImageConfig(bytes: Uint8Array, where: string): ReadImageConfig {
  return parseDocument(imageConfigSchema, bytes, where);
}

/** `manifest.json` of a Docker archive. @throws LayahError `bad-image` naming the file and the field. */
export function parseDockerManifest(bytes: Uint8Array, where: string): ReadDockerImage[] {
  return parseDocument(dockerManifestSchema, bytes, where);
}

/** Checks the file `oci-layout`. @throws LayahError `bad-image` naming the file and the field. */
export function checkOciLayout(bytes: Uint8Array, where: string): void {
  parseDocument(z.looseObject({ imageLayoutVersion: z.literal('1.0.0') }), bytes, where);
}

function parseDocument<Schema extends z.ZodMiniType>(
  schema: Schema,
  bytes: Uint8Array,
  where: string,
): z.infer<Schema> {
  const result = schema.safeParse(parseJson(bytes, where));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field =
    issue === undefined || issue.path.length === 0 ? 'the document' : z.core.toDotPath(issue.path);
  throw new LayahError({
    code: 'bad-image',
    message: `${where}: ${field}: ${describeIssue(issue?.message)}`,
  });
}

function parseJson(bytes: Uint8Array, where: string): unknown {
  if (hasMoreValues(bytes, MAX_VALUES)) {
    throw new LayahError({
      code: 'bad-image',
      message: `${where} has more than ${MAX_VALUES} values, which no honest document has`,
    });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new LayahError({ code: 'bad-image', message: `${where} is not valid JSON`, cause });
  }
}

/** zod's own messages begin with a capital letter. */
function describeIssue(message = 'is not as expected'): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
