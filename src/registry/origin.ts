/*
 * Where a registry is: the host that answers for its name, and with TLS or without.
 */
import { LayahError, systemErrorCode } from '../model/errors.ts';
import { attemptExchange } from './attempt.ts';
import type { Connection } from './connection.ts';
import { discardBody } from './response-text.ts';
import { withRetries } from './retry.ts';

export interface Origin {
  readonly url: URL;
  /** The WWW-Authenticate header, when the registry wants to know who we are. */
  readonly challenge: string | undefined;
}

/** Docker's registry is not on the host that its images are named by. */
const DOCKER_HUB = 'registry-1.docker.io';

/**
 * Asks for `/v2/` (distribution-spec, "Determining Support"). Plain HTTP is tried when there is no TLS and it need not be
 * verified, as podman and skopeo do.
 * @throws LayahError `registry`
 */
export async function findOrigin(connection: Connection): Promise<Origin> {
  const { host } = connection.target;
  const name = host === 'docker.io' ? DOCKER_HUB : host;
  const secure = new URL(`https://${name}`);
  if (connection.tlsVerify) return ask(connection, secure);
  try {
    return await ask(connection, secure);
  } catch (thrown) {
    if (!(thrown instanceof LayahError) || thrown.cause === undefined) throw thrown;
    connection.reporter.debug(`${host} does not answer with TLS: trying plain HTTP`);
    // What the second attempt says is what matters to whoever runs a registry without TLS.
    return ask(connection, new URL(`http://${name}`));
  }
}

async function ask(connection: Connection, url: URL): Promise<Origin> {
  const { transport, retrying } = connection;
  const failure = connection.failure('looking for the registry');
  const response = await withRetries(retrying, async () => {
    const outcome = await attemptExchange({
      send: () => transport.send({ method: 'GET', url: new URL('/v2/', url) }, retrying.signal),
      expect: [200, 401],
      failure,
      retrying,
    });
    const { cause } = outcome.kind === 'failed' ? outcome.error : {};
    const isBroken = cause !== undefined;
    // Nobody wants to wait for a mistyped port, or for TLS that is not there.
    const isHopeless =
      systemErrorCode(cause) === 'ECONNREFUSED' || (url.protocol === 'https:' && !connection.tlsVerify);
    if (outcome.kind === 'failed' && isBroken && isHopeless) throw outcome.error;
    return outcome;
  });
  await discardBody(response);
  return {
    url,
    challenge: response.status === 401 ? (response.header('www-authenticate') ?? '') : undefined,
  };
}
