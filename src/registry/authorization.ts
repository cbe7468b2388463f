import type { Credentials } from './auth-file.ts';
import { parseChallenges } from './challenge.ts';
import { type Failure, protocolFailure, type Target } from './failure.ts';
import { type CredentialSearch, findCredentials } from './find-credentials.ts';
import type { HttpTransport } from './http.ts';
import type { Retrying } from './retry.ts';
import { basicAuthorization, requestToken, type Token } from './token.ts';

/** What a run may do in the registry: keeps the credentials and the tokens. */
export interface Authorization {
  /** The Authorization header; undefined as long as the registry has not asked for one. */
  header(scopes: readonly string[]): Promise<string | undefined>;
  /**
   * Takes the WWW-Authenticate header of an answer 401.
   * @returns whether another attempt with a new `header` may succeed.
   */
  challenged(header: string | undefined, scopes: readonly string[]): Promise<boolean>;
  /** Whether there are credentials, as far as anybody has looked. */
  readonly loggedIn: () => boolean;
}

export interface AuthorizationSettings {
  readonly target: Target;
  readonly transport: HttpTransport;
  readonly search: CredentialSearch;
  readonly retrying: Retrying;
  /** Credentials may go over a connection that nobody vouches for. */
  readonly allowPlainHttp: boolean;
}

type Wanted =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined };

export function createAuthorization(settings: AuthorizationSettings): Authorization {
  const { target, transport, search, retrying } = settings;
  const tokens = new Map<string, Token>();
  const extraScopes = new Map<string, readonly string[]>();
  let wanted: Wanted = { kind: 'nothing' };
  let found: { readonly credentials: Credentials | undefined } | undefined;
  const loggedIn = (): boolean => found?.credentials !== undefined;
  const failure: Failure = { target, doing: 'logging in', loggedIn };
  const credentials = async (): Promise<Credentials | undefined> =>
    (found ??= { credentials: await findCredentials(target, search) }).credentials;
  return {
    async header(scopes) {
      if (wanted.kind === 'nothing') return undefined;
      const known = await credentials();
      if (wanted.kind === 'basic') {
        return known?.kind === 'password' ? basicAuthorization(known) : undefined;
      }
      const { realm, service } = wanted;
      const key = scopes.join(' ');
      const allScopes = [...new Set([...scopes, ...(extraScopes.get(key) ?? [])])];
      let token = tokens.get(key);
      if (token === undefined || token.expiresMilliseconds <= retrying.clock.nowMilliseconds()) {
        const request = { realm, service, scopes: allScopes, credentials: known };
        token = await requestToken(request, { transport, retrying, failure });
        tokens.set(key, token);
      }
      return `Bearer ${token.text}`;
    },
    async challenged(header, scopes) {
      const key = scopes.join(' ');
      const challenge = chooseChallenge(header ?? '', failure, settings.allowPlainHttp);
      if (challenge === undefined) return false;
      wanted = challenge.wanted;
      extraScopes.set(key, challenge.scopes);
      tokens.delete(key);
      return wanted.kind === 'bearer' || (await credentials())?.kind === 'password';
    },
    loggedIn,
  };
}

interface Challenged {
  readonly wanted: Wanted;
  readonly scopes: readonly string[];
}

/** @throws LayahError `registry` when the credentials would go where nobody may send them. */
function chooseChallenge(header: string, failure: Failure, allowPlainHttp: boolean): Challenged | undefined {
  const challenges = parseChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined) {
    const basic = challenges.some(({ scheme }) => scheme === 'basic');
    return basic ? { wanted: { kind: 'basic' }, scopes: [] } : undefined;
  }
  const { realm: address = '', service, scope = '' } = bearer.parameters;
  const realm = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = realm?.protocol === 'http:';
  if (realm === undefined || (realm.protocol !== 'https:' && !isPlain)) {
    throw protocolFailure(failure, 'sent us for a token to what is no URL');
  }
  if (isPlain && !allowPlainHttp) {
    throw protocolFailure(failure, `wants the credentials sent to ${realm.host} without TLS`);
  }
  return {
    wanted: { kind: 'bearer', realm, service },
    scopes: scope.split(' ').filter((part) => part !== ''),
  };
}
