/*
 * The errors of a registry. Each names the host, the repository and what to do next; none holds a URL's query (upload
 * and redirect URLs are signed) or anything that was sent.
 */
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import type { HttpResponse } from './http.ts';
import { readBody } from './response-text.ts';

/** The repository that a run works with. */
export interface Target {
  readonly host: string;
  readonly repository: string;
}

export interface Failure {
  readonly target: Target;
  /** As a message begins: `uploading the blob sha256:...`. */
  readonly doing: string;
  /** Whether there are credentials, as far as anybody has looked. */
  readonly loggedIn: () => boolean;
}

const MAX_ERROR_BYTES = 64 << 10;
const MAX_TEXT_CHARACTERS = 300;

/** For an answer that is none of those that were hoped for. Reads its body. */
export async function responseFailure(response: HttpResponse, failure: Failure): Promise<LayahError> {
  const body = await readBody(response, MAX_ERROR_BYTES).catch(() => undefined);
  const details = errorDetails(body);
  const text = details.text === '' ? '' : ` (${details.text})`;
  const hint = hintFor(response.status, details.code, failure);
  return new LayahError({
    code: 'registry',
    message: `${failure.doing}: ${place(failure.target)} answered ${response.status}${text}`,
    ...(hint !== undefined && { hint }),
  });
}

/** For what the registry did that it must not do. */
export function protocolFailure({ doing, target }: Failure, what: string): LayahError {
  return new LayahError({
    code: 'registry',
    message: `${doing}: ${place(target)} ${what}`,
    hint: `Check that ${target.host} is a container registry, and that no proxy changes its answers.`,
  });
}

/** For an error of the connection. */
export function connectionFailure(cause: unknown, { doing, target }: Failure): LayahError {
  const hint = connectionHint(cause, target);
  return new LayahError({
    code: 'registry',
    message: `${doing}: no connection with ${place(target)}`,
    ...(hint !== undefined && { hint }),
    cause,
  });
}

function place({ host, repository }: Target): string {
  return `the registry ${host} (repository ${repository})`;
}

interface ErrorDetails {
  /** In capitals, as in the distribution specification, "Error Codes"; empty when there is none. */
  readonly code: string;
  readonly text: string;
}

/** `{"errors":[{"code":"NAME_UNKNOWN","message":"..."}]}`; whatever else it is, is not shown. */
function errorDetails(body: Buffer | undefined): ErrorDetails {
  const [first] = errorList(body?.toString('utf8') ?? '');
  if (!isJsonObject(first)) return { code: '', text: '' };
  const code = typeof first['code'] === 'string' ? first['code'] : '';
  const message = typeof first['message'] === 'string' ? first['message'] : '';
  const text = [code, message].filter((part) => part !== '').join(': ');
  return { code, text: text.slice(0, MAX_TEXT_CHARACTERS) };
}

function errorList(text: string): readonly JsonValue[] {
  try {
    const document: JsonValue = JSON.parse(text);
    const errors = isJsonObject(document) ? document['errors'] : undefined;
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
}

function hintFor(status: number, code: string, { target, loggedIn }: Failure): string | undefined {
  const { host, repository } = target;
  const login = `podman login ${host}`;
  if (status === 401) {
    return loggedIn()
      ? `The credentials for ${host} were refused: log in again with ${login}.`
      : `No credentials for ${host} were found: ${login}, or name the file that has them with --authfile.`;
  }
  if (status === 403 || code === 'DENIED') {
    const who = loggedIn() ? 'This user' : 'Whoever has not logged in';
    return `${who} may not do that with ${host}/${repository}: ask for the right to, or log in with ${login}.`;
  }
  if (status === 404) {
    return `Look at the name: skopeo list-tags docker://${host}/${repository} lists what is there.`;
  }
  if (status === 405) return `${host} does not allow it: it may be a read-only mirror or a cache.`;
  if (status === 413) {
    return `It is too large for ${host} or a proxy before it: raise that limit (nginx: client_max_body_size).`;
  }
  if (status === 429) {
    return `${host} limits how much one may ask for: try again later${loggedIn() ? '' : `, or log in with ${login}`}.`;
  }
  if (code.endsWith('_INVALID'))
    return 'Run it again; if it happens again, the registry or a proxy is broken.';
  return status >= 500 ? `${host} is in trouble: try again later.` : undefined;
}

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const OTHER_CERTIFICATE = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function connectionHint(cause: unknown, { host }: Target): string | undefined {
  const code = connectionErrorCode(cause);
  if (UNKNOWN_AUTHORITY.has(code)) {
    return `Put the authority's certificate into /etc/containers/certs.d/${host}/ca.crt, or pass --tls-verify=false.`;
  }
  if (OTHER_CERTIFICATE.has(code)) return `Give ${host} a valid certificate, or pass --tls-verify=false.`;
  if (isNotTls(cause)) return 'It does not speak TLS: pass --tls-verify=false for a registry on plain HTTP.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Look at the name of the host and at DNS.';
  if (code === 'ECONNREFUSED') return `Nothing listens there: look at the host and port of ${host}.`;
  return 'Look at the network between here and the registry, and try again.';
}

/** What another attempt cannot mend. */
export function isFinal(cause: unknown): boolean {
  const code = connectionErrorCode(cause);
  return (
    UNKNOWN_AUTHORITY.has(code) || OTHER_CERTIFICATE.has(code) || code === 'ENOTFOUND' || isNotTls(cause)
  );
}

/** What OpenSSL, and Node of it, says of an answer that is no TLS record. */
function isNotTls(cause: unknown): boolean {
  const code = connectionErrorCode(cause);
  return (
    code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
  );
}

/**
 * Empty for what is no error of a connection. Trying several addresses of a host gives one error with all of theirs.
 */
export function connectionErrorCode(cause: unknown): string {
  if (cause instanceof LayahError) return '';
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  return systemErrorCode(cause) ?? systemErrorCode(first) ?? '';
}
