/*
 * HTTP on node:http and node:https. Node's fetch is no choice: it takes no certificate authority and no
 * `rejectUnauthorized` for a request (only a Dispatcher of the package undici, which Node does not let us import, or
 * environment variables for the whole process), no Content-Length for a body that is streamed, and no limit for the
 * time in which a connection must come about.
 */
import {
  Agent as HttpAgent,
  type IncomingMessage,
  type ClientRequest,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSecureContext } from 'node:tls';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** How long nothing may come or go; a registry hashes a large blob before it answers. */
  readonly idleMilliseconds?: number;
}

export interface HttpBody {
  readonly sizeBytes: number;
  readonly pieces: Iterable<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  /** A header's first value. */
  readonly header: (name: string) => string | undefined;
  readonly url: URL;
  /** Must be read to its end or destroyed. */
  readonly body: Readable;
}

export interface TlsSettings {
  readonly verify: boolean;
  /** PEM; undefined for those that Node brings. */
  readonly authorities: readonly string[] | undefined;
}

export interface Timeouts {
  readonly connectMilliseconds: number;
  readonly idleMilliseconds: number;
}

export interface HttpTransport {
  /** Redirects are not followed. @throws the system's or the TLS library's error, or the signal's reason. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  close(): void;
}

/** A connection that took too long; `code` is that of the system for the same. */
class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

export function createHttpTransport(tls: TlsSettings, timeouts: Timeouts): HttpTransport {
  const plain = new HttpAgent({ keepAlive: true });
  let secure: HttpsAgent | undefined;
  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const { method, url, body } = request;
      const headers = {
        'user-agent': 'layah',
        ...request.headers,
        ...(method !== 'GET' && method !== 'HEAD' && { 'content-length': String(body?.sizeBytes ?? 0) }),
      };
      const isSecure = url.protocol === 'https:';
      const outgoing = isSecure
        ? httpsRequest(url, { method, headers, signal, agent: (secure ??= createSecureAgent(tls)) })
        : httpRequest(url, { method, headers, signal, agent: plain });
      limitConnect(outgoing, timeouts.connectMilliseconds, isSecure ? 'secureConnect' : 'connect');
      const idleMilliseconds = request.idleMilliseconds ?? timeouts.idleMilliseconds;
      try {
        const incoming = await exchange(outgoing, { body, idleMilliseconds });
        return httpResponse(incoming, url);
      } catch (thrown) {
        signal.throwIfAborted();
        throw thrown;
      }
    },
    close() {
      plain.destroy();
      secure?.destroy();
    },
  };
}

/** Authorities are parsed once, not for every connection: those of a system take tens of milliseconds. */
function createSecureAgent({ verify, authorities }: TlsSettings): HttpsAgent {
  const secureContext = createSecureContext(authorities === undefined ? {} : { ca: [...authorities] });
  return new HttpsAgent({ keepAlive: true, rejectUnauthorized: verify, secureContext });
}

interface Exchange {
  readonly body: HttpBody | undefined;
  readonly idleMilliseconds: number;
}

async function exchange(
  outgoing: ClientRequest,
  { body, idleMilliseconds }: Exchange,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let incoming: IncomingMessage | undefined;
    outgoing.setTimeout(idleMilliseconds, () => {
      const error = new TimeoutError(`nothing was heard for ${idleMilliseconds / 1000} s`);
      (incoming ?? outgoing).destroy(error);
    });
    // Stays for good: an error after the response, such as a body that nobody wants any more, is of no interest.
    outgoing.on('error', reject);
    outgoing.once('response', (response) => {
      incoming = response;
      // An answer that came before the whole body was sent leaves the connection of no use.
      response.once('close', () => {
        if (!outgoing.writableFinished) outgoing.destroy();
      });
      resolve(response);
    });
    if (body === undefined) outgoing.end();
    else pipeline(Readable.from(body.pieces, { objectMode: true, highWaterMark: 1 }), outgoing).catch(reject);
  });
}

/** Only until the connection is there: from then on the idle limit holds. */
function limitConnect(
  outgoing: ClientRequest,
  limitMilliseconds: number,
  event: 'connect' | 'secureConnect',
): void {
  outgoing.once('socket', (socket: Socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      outgoing.destroy(new TimeoutError(`no connection within ${limitMilliseconds / 1000} s`));
    }, limitMilliseconds);
    const clear = (): void => clearTimeout(timer);
    socket.once(event, clear).once('close', clear);
  });
}

function httpResponse(incoming: IncomingMessage, url: URL): HttpResponse {
  // Whoever is interested reads it and sees the error; for whoever is not it must not be an uncaught one.
  incoming.on('error', () => {});
  return {
    status: incoming.statusCode ?? 0,
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    url,
    body: incoming,
  };
}
