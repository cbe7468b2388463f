import type { LayahError } from '../model/errors.ts';
import type { RegistryAccess, RegistryReference } from '../model/registry-reference.ts';
import type { Reporter } from '../model/reporter.ts';
import { trustedAuthorities } from './authorities.ts';
import { type Authorization, createAuthorization } from './authorization.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Environment } from './environment.ts';
import type { Failure, Target } from './failure.ts';
import { createHttpTransport, type HttpTransport } from './http.ts';
import type { Retrying } from './retry.ts';

export interface SessionSettings {
  readonly reference: Pick<RegistryReference, 'host' | 'repository'>;
  /** What will be done in the repository. */
  readonly actions: 'pull' | 'pull,push';
  readonly access: RegistryAccess;
  readonly environment: Environment;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  readonly connectMilliseconds?: number;
  readonly idleMilliseconds?: number;
}

/** What a session is made of. */
export interface Connection {
  readonly target: Target;
  readonly transport: HttpTransport;
  readonly retrying: Retrying;
  readonly tlsVerify: boolean;
  readonly reporter: Reporter;
  readonly scopes: readonly string[];
  readonly authorization: Authorization;
  readonly failure: (doing: string) => Failure;
}

const CONNECT_MILLISECONDS = 30_000;
const IDLE_MILLISECONDS = 60_000;

export function createConnection(settings: SessionSettings): Connection {
  const { access, environment, reporter, signal, clock = systemClock } = settings;
  const { host, repository } = settings.reference;
  const { tlsVerify, authFile } = access;
  const target = { host, repository };
  const transport = createHttpTransport(
    { verify: tlsVerify, authorities: tlsVerify ? trustedAuthorities(host, environment) : undefined },
    {
      connectMilliseconds: settings.connectMilliseconds ?? CONNECT_MILLISECONDS,
      idleMilliseconds: settings.idleMilliseconds ?? IDLE_MILLISECONDS,
    },
  );
  const onRetry = (error: LayahError, waitMilliseconds: number): void =>
    reporter.info(`${error.message}; trying again in ${waitMilliseconds / 1000} s`);
  const retrying = { clock, signal, onRetry };
  const search = { authFile, environment, signal };
  const authorization = createAuthorization({
    target,
    transport,
    search,
    retrying,
    allowPlainHttp: !tlsVerify,
  });
  return {
    target,
    transport,
    retrying,
    tlsVerify,
    reporter,
    scopes: [`repository:${repository}:${settings.actions}`],
    authorization,
    failure: (doing) => ({ target, doing, loggedIn: authorization.loggedIn }),
  };
}
