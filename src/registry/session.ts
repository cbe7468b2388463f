/*
 * A session with one repository of a registry: finds out how it is reached, logs in, follows redirects, and asks again
 * where that may help.
 */
import { attemptExchange } from './attempt.ts';
import { type Connection, createConnection, type SessionSettings } from './connection.ts';
import { type Failure, protocolFailure, type Target } from './failure.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { findOrigin } from './origin.ts';
import { discardBody } from './response-text.ts';
import { type Attempt, type Retrying, withRetries } from './retry.ts';

export interface RegistryRequest extends Omit<HttpRequest, 'url'> {
  /** Below `/v2/REPOSITORY/`, or a URL that the registry gave. */
  readonly path: string | URL;
  /** As the message of an error begins: `reading the blob sha256:...`. */
  readonly doing: string;
  /** The answers that are expected; any other one is an error. */
  readonly expect: readonly number[];
  /** A repository besides that of the session, to read from. */
  readonly alsoPull?: string | undefined;
}

export interface Session {
  readonly target: Target;
  readonly retrying: Retrying;
  /** Attempts until the answer is an expected one. @throws LayahError, or the signal's reason. */
  send(request: RegistryRequest): Promise<HttpResponse>;
  /** One attempt. @throws what is final. */
  attempt(request: RegistryRequest, signal?: AbortSignal): Promise<Attempt<HttpResponse>>;
  /** Where the Location header of an answer leads. @throws LayahError when nobody should go there. */
  location(response: HttpResponse, doing: string): URL;
  readonly failure: (doing: string) => Failure;
  close(): void;
}

const MAX_REDIRECTS = 5;

/**
 * Reaches the registry and logs in, so that what cannot work fails before any work is done.
 * @throws LayahError `registry` that says what to do.
 */
export async function openSession(settings: SessionSettings): Promise<Session> {
  const connection = createConnection(settings);
  try {
    const { url, challenge } = await findOrigin(connection);
    if (challenge !== undefined) await logIn(connection, url, challenge);
    return createSession(connection, url);
  } catch (thrown) {
    connection.transport.close();
    throw thrown;
  }
}

function createSession(connection: Connection, origin: URL): Session {
  const { target, retrying, failure } = connection;
  const attempt: Session['attempt'] = (request, signal = retrying.signal) =>
    attemptExchange({
      send: () => follow({ connection, origin, signal }, request),
      expect: request.expect,
      failure: failure(request.doing),
      retrying: { clock: retrying.clock, signal },
    });
  return {
    target,
    retrying,
    attempt,
    send: (request) => withRetries(retrying, () => attempt(request)),
    location: (response, doing) => locationOf(connection, response, doing),
    failure,
    close: () => connection.transport.close(),
  };
}

/** A token is asked for here; whether a password is right, only the registry can tell. */
async function logIn(connection: Connection, origin: URL, challenge: string): Promise<void> {
  const { authorization, scopes, retrying } = connection;
  await authorization.challenged(challenge, scopes);
  const header = await authorization.header(scopes);
  if (header?.startsWith('Bearer ') === true) return;
  const session = createSession(connection, origin);
  const path = new URL('/v2/', origin);
  const request: RegistryRequest = { method: 'GET', path, doing: 'logging in', expect: [200] };
  await discardBody(await withRetries(retrying, () => session.attempt(request)));
}

interface Way {
  readonly connection: Connection;
  readonly origin: URL;
  readonly signal: AbortSignal;
}

/** One request, with redirects where they are harmless. */
async function follow(way: Way, request: RegistryRequest): Promise<HttpResponse> {
  const { connection, origin } = way;
  const { path, doing } = request;
  const { repository } = connection.target;
  let url = typeof path === 'string' ? new URL(`/v2/${repository}/${path}`, origin) : path;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await authorized(way, request, url);
    // The others let a client make a GET of what was none.
    const redirects = isRead ? [301, 302, 303, 307, 308] : [307, 308];
    if (!redirects.includes(response.status)) return response;
    await discardBody(response);
    url = locationOf(connection, response, doing);
  }
  throw protocolFailure(connection.failure(doing), `redirected us more than ${MAX_REDIRECTS} times`);
}

/** Not from TLS to a connection without. */
function locationOf({ failure, tlsVerify }: Connection, response: HttpResponse, doing: string): URL {
  const location = response.header('location') ?? '';
  const url = URL.canParse(location, response.url.href) ? new URL(location, response.url) : undefined;
  if (location === '' || url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw protocolFailure(failure(doing), 'sent us to what is no URL');
  }
  if (url.protocol === 'http:' && response.url.protocol === 'https:' && tlsVerify) {
    throw protocolFailure(failure(doing), `sent us to ${url.host} without TLS`);
  }
  return url;
}

/** Credentials go to the registry's own origin only. A 401 gets one more attempt with what it asks for. */
async function authorized(way: Way, request: RegistryRequest, url: URL): Promise<HttpResponse> {
  const { transport, authorization, scopes } = way.connection;
  const { alsoPull } = request;
  const allScopes = alsoPull === undefined ? scopes : [...scopes, `repository:${alsoPull}:pull`];
  const isOwn = url.origin === way.origin.origin;
  const once = async (): Promise<HttpResponse> => {
    const header = isOwn ? await authorization.header(allScopes) : undefined;
    const headers = { ...request.headers, ...(header !== undefined && { authorization: header }) };
    return transport.send({ ...request, url, headers }, way.signal);
  };
  const response = await once();
  if (response.status !== 401 || !isOwn) return response;
  if (!(await authorization.challenged(response.header('www-authenticate'), allScopes))) return response;
  await discardBody(response);
  return once();
}
