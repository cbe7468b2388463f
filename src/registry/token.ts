/*
 * Bearer tokens (distribution, docs/spec/auth/token.md and oauth.md).
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { attemptBody } from './attempt.ts';
import type { Credentials } from './auth-file.ts';
import { type Failure, protocolFailure } from './failure.ts';
import type { HttpRequest, HttpTransport } from './http.ts';
import { type Retrying, withRetries } from './retry.ts';

export interface TokenRequest {
  /** Where tokens are handed out. */
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  /** Undefined for an anonymous token. */
  readonly credentials: Credentials | undefined;
}

export interface Token {
  readonly text: string;
  readonly expiresMilliseconds: number;
}

export interface TokenContext {
  readonly transport: HttpTransport;
  readonly retrying: Retrying;
  readonly failure: Failure;
}

const MAX_TOKEN_BYTES = 1 << 20;
/** Of a token that does not say it. */
const DEFAULT_LIFETIME_SECONDS = 60;
const MAX_LIFETIME_SECONDS = 3600;

/** Redirects are not followed: the request carries the credentials. @throws LayahError `registry` */
export async function requestToken(request: TokenRequest, context: TokenContext): Promise<Token> {
  const { transport, retrying, failure } = context;
  const askedMilliseconds = retrying.clock.nowMilliseconds();
  const body = await withRetries(retrying, () =>
    attemptBody({
      send: () => transport.send(httpRequest(request), retrying.signal),
      expect: [200],
      failure,
      retrying,
      maxBytes: MAX_TOKEN_BYTES,
    }),
  );
  return parseToken(body, askedMilliseconds, failure);
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function httpRequest({ realm, service, scopes, credentials }: TokenRequest): HttpRequest {
  const url = new URL(realm);
  if (credentials?.kind === 'identity-token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'layah',
      scope: scopes.join(' '),
      refresh_token: credentials.token,
      ...(service !== undefined && { service }),
    });
    const bytes = Buffer.from(form.toString(), 'utf8');
    return { method: 'POST', url, headers: FORM, body: { sizeBytes: bytes.length, pieces: [bytes] } };
  }
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials === undefined) return { method: 'GET', url };
  return { method: 'GET', url, headers: { authorization: basicAuthorization(credentials) } };
}

export function basicAuthorization(credentials: { username: string; password: string }): string {
  const pair = `${credentials.username}:${credentials.password}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

function parseToken(body: Buffer | undefined, nowMilliseconds: number, failure: Failure): Token {
  const document = parseObject(body);
  const text = document?.['token'] ?? document?.['access_token'];
  // A header may hold nothing else.
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) {
    throw protocolFailure(failure, 'sent us for a token to a server that gave none');
  }
  const seconds = document?.['expires_in'];
  const lifetimeSeconds = typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_LIFETIME_SECONDS;
  // The last tenth of its life may pass on the way.
  const usedSeconds = Math.min(lifetimeSeconds, MAX_LIFETIME_SECONDS) * 0.9;
  return { text, expiresMilliseconds: nowMilliseconds + usedSeconds * 1000 };
}

function parseObject(body: Buffer | undefined): JsonObject | undefined {
  try {
    const document: JsonValue = JSON.parse(body?.toString('utf8') ?? '');
    return isJsonObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}
