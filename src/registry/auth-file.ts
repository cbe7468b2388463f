/*
 * The files in which `podman login` and `docker login` keep credentials (containers-auth.json(5), and Docker's config.json).
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth 2 refresh token. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** Where a file says that the credentials for a repository are. */
export type CredentialSource =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  /** The program docker-credential-NAME knows them, by the name of the server. */
  | { readonly kind: 'helper'; readonly name: string; readonly server: string };

/** A repository of a registry, as it is looked up. */
export interface CredentialKey {
  readonly host: string;
  readonly repository: string;
}

/**
 * What the file says of the repository, most particular first: a helper for the host, the entry whose key is the
 * longest beginning of `host/name/space/repository`, the store for all hosts.
 * @throws SyntaxError when it is not JSON.
 */
export function credentialSources(text: string, { host, repository }: CredentialKey): CredentialSource[] {
  const document: JsonValue = JSON.parse(text);
  if (!isJsonObject(document)) return [];
  const helper = stringMember(objectMember(document, 'credHelpers'), host);
  const store = stringMember(document, 'credsStore');
  const entry = findEntry(objectMember(document, 'auths'), `${host}/${repository}`);
  const credentials = entry === undefined ? undefined : entryCredentials(entry);
  return [
    ...(helper === undefined ? [] : [{ kind: 'helper', name: helper, server: serverName(host) } as const]),
    ...(credentials === undefined ? [] : [{ kind: 'credentials', credentials } as const]),
    ...(store === undefined ? [] : [{ kind: 'helper', name: store, server: serverName(host) } as const]),
  ];
}

/** `docker login` keeps its own registry under this name. */
const DOCKER_HUB_SERVER = 'https://index.docker.io/v1/';

function serverName(host: string): string {
  return host === 'docker.io' ? DOCKER_HUB_SERVER : host;
}

function findEntry(auths: JsonObject, name: string): JsonObject | undefined {
  const byKey = new Map<string, JsonObject>();
  for (const [key, entry] of Object.entries(auths)) {
    if (isJsonObject(entry) && !byKey.has(plainKey(key))) byKey.set(plainKey(key), entry);
  }
  for (let key = name; key !== ''; key = key.slice(0, Math.max(key.lastIndexOf('/'), 0))) {
    const entry = byKey.get(key);
    if (entry !== undefined && entryCredentials(entry) !== undefined) return entry;
  }
  return undefined;
}

/** Docker's keys may be URLs, which mean their whole host. */
function plainKey(key: string): string {
  const [, url] = /^https?:\/\/([^/]*)/.exec(key) ?? [];
  const plain = url ?? key;
  const slash = plain.indexOf('/');
  const host = slash < 0 ? plain : plain.slice(0, slash);
  const isHub = host === 'index.docker.io' || host === 'registry-1.docker.io';
  return isHub ? `docker.io${plain.slice(host.length)}` : plain;
}

function entryCredentials(entry: JsonObject): Credentials | undefined {
  const token = stringMember(entry, 'identitytoken');
  if (token !== undefined) return { kind: 'identity-token', token };
  const auth = stringMember(entry, 'auth');
  if (auth === undefined) {
    return passwordCredentials(stringMember(entry, 'username'), stringMember(entry, 'password'));
  }
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  // Docker pads the password with NUL.
  return colon < 0
    ? undefined
    : passwordCredentials(decoded.slice(0, colon), decoded.slice(colon + 1).replace(/\0+$/, ''));
}

/** The user name by which helpers, and registries that hand out tokens, say that the secret is a refresh token. */
const TOKEN_USERNAME = '<token>';

export function passwordCredentials(
  username: string | undefined,
  password: string | undefined,
): Credentials | undefined {
  if (username === undefined || password === undefined) return undefined;
  if (username === TOKEN_USERNAME) return { kind: 'identity-token', token: password };
  return { kind: 'password', username, password };
}

function objectMember(object: JsonObject, name: string): JsonObject {
  const member = Object.hasOwn(object, name) ? object[name] : undefined;
  return isJsonObject(member) ? member : {};
}

function stringMember(object: JsonObject, name: string): string | undefined {
  const member = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof member === 'string' && member !== '' ? member : undefined;
}
