import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { isKnownConfigMember, textMember } from './image-config-schema.ts';

/**
 * Members of docker inspect's `Config` that describe a container, not the image. Docker's classic builder keeps the
 * config of the container that ran the last step, and `docker inspect` prints the type that containers and images
 * share (moby, api/types/container/config.go), most of it as zero values. docker-image-spec has none of these
 * members, runtimes ignore them in an image, and Hostname and Image differ from one build to the next.
 * A config document or a bare config keeps even these: there they were written into the image on purpose.
 */
const CONTAINER_MEMBERS: ReadonlySet<string> = new Set([
  'Hostname',
  'Domainname',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'Image',
  'MacAddress',
  'NetworkDisabled',
]);

/**
 * The runtime config in the output of podman inspect or docker inspect. Known members that are null are those
 * that the image does not have. podman prints Healthcheck outside of Config, and neither OnBuild nor Shell (podman 4.3).
 */
export function inspectedRuntimeConfig(inspected: JsonObject): JsonObject | undefined {
  const { Config: config, Healthcheck: healthcheck } = inspected;
  if (!isJsonObject(config) && !isJsonObject(healthcheck)) return undefined;
  const members: [string, JsonValue][] = Object.entries(isJsonObject(config) ? config : {});
  const kept = members.filter(
    ([key, value]) => !CONTAINER_MEMBERS.has(key) && !(value === null && isKnownConfigMember(key)),
  );
  const outside: [string, JsonValue][] = isJsonObject(healthcheck) ? [['Healthcheck', healthcheck]] : [];
  return Object.fromEntries([...outside, ...kept]);
}

/**
 * The members of the image config document that inspect prints under other names. The rest of the output is about
 * the local store or about how the image was built, and not in the document.
 */
export function inspectedDocument(inspected: JsonObject): JsonObject {
  const author = textMember(inspected, 'Author');
  const osVersion = textMember(inspected, 'OsVersion');
  return {
    ...(author !== undefined && { author }),
    ...(osVersion !== undefined && { 'os.version': osVersion }),
  };
}
