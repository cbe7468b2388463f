import * as z from 'zod';
import { parseDiffId, parseDigest } from '../model/digest.ts';
import { LayahError } from '../model/errors.ts';
import { hasMoreValues } from '../model/json-size.ts';

/* What we read of documents that others wrote: unknown members are let through, known ones must have the right type. */

const MAX_LAYERS = 10_000;
/** A manifest of so many layers has 20 values for each. */
const MAX_VALUES = 500_000;
const SHA256 = /^sha256:[0-9a-f]{64}$/;

const annotationsSchema = z.record(z.string(), z.string()).nullish();
const digestSchema = z.string().regex(SHA256, 'is not a SHA-256 digest').transform(parseDigest);
const diffIdSchema = z.string().regex(SHA256, 'is not a SHA-256 digest').transform(parseDiffId);
const platformSchema = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});
const descriptorSchema = z.looseObject({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative(),
  annotations: annotationsSchema,
  platform: platformSchema.optional(),
});
const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema).max(MAX_LAYERS),
  annotations: annotationsSchema,
});
const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(MAX_LAYERS),
  subject: descriptorSchema.optional(),
  annotations: annotationsSchema,
});
const historySchema = z.looseObject({
  created: z.string().optional(),
  created_by: z.string().optional(),
  comment: z.string().optional(),
  empty_layer: z.boolean().optional(),
});
const imageConfigSchema = z.looseObject({
  created: z.string().optional(),
  architecture: z.string(),
  variant: z.string().optional(),
  os: z.string(),
  config: z.looseObject({}).nullish(),
  rootfs: z.looseObject({ type: z.literal('layers'), diff_ids: z.array(diffIdSchema).max(MAX_LAYERS) }),
  history: z.array(historySchema).nullish(),
});

const dockerManifestSchema = z
  .array(
    z.looseObject({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()).max(MAX_LAYERS).nullish(),
    }),
  )
  .max(MAX_LAYERS);

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

function parseDocument<Schema extends z.ZodType>(
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
