/* A registry in memory that can be told to misbehave, one request at a time. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Answers instead of the registry. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

export interface FakeRegistry {
  readonly host: string;
  readonly url: string;
  /** By digest. */
  readonly blobs: Map<string, Buffer>;
  /** By tag and by digest. */
  readonly manifests: Map<string, { readonly mediaType: string; readonly bytes: Buffer }>;
  readonly requests: SeenRequest[];
  /** How many clients have made so far. */
  connectionCount(): number;
  /** `METHOD /path`, without `/v2/`. */
  lines(): string[];
  /** What the next `count` requests whose `METHOD path` matches get. */
  answer(pattern: RegExp, answer: Answer, count?: number): void;
  close(): Promise<void>;
}

export interface FakeRegistrySettings {
  /** Undefined lets everything pass; else the Authorization headers that do, and what the others are told. */
  readonly wants?: { readonly authorization: (header: string) => boolean; readonly challenge: () => string };
  /** Lists referrers, and says so when a manifest with a subject comes. */
  readonly knowsReferrers?: boolean;
}

export async function startFakeRegistry(settings: FakeRegistrySettings = {}): Promise<FakeRegistry> {
  const state: State = {
    settings,
    blobs: new Map(),
    manifests: new Map(),
    uploads: new Map(),
    requests: [],
    answers: [],
  };
  const server = createServer((request, response) => {
    void handle(state, request, response).catch(() => response.destroy());
  });
  let connectionCount = 0;
  server.on('connection', () => connectionCount++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  return {
    host,
    url: `http://${host}`,
    blobs: state.blobs,
    manifests: state.manifests,
    requests: state.requests,
    connectionCount: () => connectionCount,
    lines: () => state.requests.map(({ method, path }) => `${method} ${path.replace(/^\/v2\//, '')}`),
    answer: (pattern, answer, count = 1) => void state.answers.push({ pattern, answer, left: count }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

interface State {
  readonly settings: FakeRegistrySettings;
  readonly blobs: Map<string, Buffer>;
  readonly manifests: FakeRegistry['manifests'];
  readonly uploads: Map<string, Buffer>;
  readonly requests: SeenRequest[];
  readonly answers: { readonly pattern: RegExp; readonly answer: Answer; left: number }[];
}

async function handle(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url: path = '', headers } = incoming;
  const planned = state.answers.find(({ pattern, left }) => left > 0 && pattern.test(`${method} ${path}`));
  const body: Buffer[] = [];
  const seen = { method, path, headers, body: Buffer.alloc(0) };
  const index = state.requests.push(seen) - 1;
  try {
    for await (const piece of incoming) body.push(piece);
  } catch {
    return;
  }
  const request = { ...seen, body: Buffer.concat(body) };
  state.requests[index] = request;
  if (planned !== undefined) {
    planned.left--;
    await planned.answer(request, response);
    return;
  }
  const { wants } = state.settings;
  if (path.startsWith('/v2/') && wants !== undefined && !wants.authorization(headers.authorization ?? '')) {
    reply(response, 401, { 'www-authenticate': wants.challenge() }, errorBody('UNAUTHORIZED'));
    return;
  }
  route(state, request, response);
}

export function reply(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body: Buffer | string = '',
): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}

export function errorBody(code: string, message = 'no'): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

function route(state: State, request: SeenRequest, response: ServerResponse): void {
  const url = new URL(request.path, 'http://registry');
  const [, name = '', kind = '', reference = ''] =
    /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|referrers)\/(.*)$/.exec(url.pathname) ?? [];
  if (url.pathname === '/v2/') reply(response, 200);
  else if (kind === 'blobs/uploads') upload(state, { request, response, url, name, session: reference });
  else if (kind === 'blobs') blob(state.blobs.get(reference), request, response);
  else if (kind === 'manifests') manifest(state, { request, response, reference });
  else if (kind === 'referrers' && state.settings.knowsReferrers === true)
    referrers(state, reference, response);
  else reply(response, 404, {}, 'no such page');
}

function blob(content: Buffer | undefined, request: SeenRequest, response: ServerResponse): void {
  if (content === undefined) {
    reply(response, 404, {}, request.method === 'HEAD' ? '' : errorBody('BLOB_UNKNOWN'));
    return;
  }
  const [, start, end = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (request.method === 'HEAD') {
    response.writeHead(200, { 'content-length': content.length }).end();
  } else if (start === undefined) {
    reply(response, 200, {}, content);
  } else if (Number(start) >= content.length) {
    reply(response, 416);
  } else {
    const part = content.subarray(Number(start), end === '' ? undefined : Number(end) + 1);
    const range = `bytes ${start}-${Number(start) + part.length - 1}/${content.length}`;
    reply(response, 206, { 'content-range': range }, part);
  }
}

interface Upload {
  readonly request: SeenRequest;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly name: string;
  readonly session: string;
}

function upload(state: State, { request, response, url, name, session }: Upload): void {
  const { method, body } = request;
  const mount = url.searchParams.get('mount');
  if (method === 'POST' && mount !== null && state.blobs.has(mount)) {
    reply(response, 201, { 'docker-content-digest': mount });
    return;
  }
  const id = method === 'POST' ? `upload-${state.uploads.size}` : session;
  const before = method === 'POST' ? Buffer.alloc(0) : state.uploads.get(id);
  if (before === undefined) {
    reply(response, 404, {}, errorBody('BLOB_UPLOAD_UNKNOWN'));
    return;
  }
  const content = Buffer.concat([before, body]);
  state.uploads.set(id, content);
  const digest = url.searchParams.get('digest');
  if (method === 'DELETE') {
    state.uploads.delete(id);
    reply(response, 204);
  } else if (method === 'PUT' && digest !== digestOf(content)) {
    reply(response, 400, {}, errorBody('DIGEST_INVALID', 'it has another digest'));
  } else if (method === 'PUT') {
    state.blobs.set(digestOf(content), content);
    reply(response, 201, { 'docker-content-digest': digestOf(content) });
  } else {
    const range = `0-${Math.max(0, content.length - 1)}`;
    reply(response, method === 'GET' ? 204 : 202, {
      location: `/v2/${name}/blobs/uploads/${id}?state=a%2Fb`,
      range,
    });
  }
}

interface ManifestRequest {
  readonly request: SeenRequest;
  readonly response: ServerResponse;
  readonly reference: string;
}

function manifest(state: State, { request, response, reference }: ManifestRequest): void {
  if (request.method === 'PUT') {
    const stored = { mediaType: request.headers['content-type'] ?? '', bytes: request.body };
    state.manifests.set(reference, stored).set(digestOf(request.body), stored);
    const subject = state.settings.knowsReferrers === true && JSON.parse(request.body.toString()).subject;
    reply(response, 201, {
      'docker-content-digest': digestOf(request.body),
      ...(subject && { 'oci-subject': subject.digest }),
    });
    return;
  }
  const found = state.manifests.get(reference);
  if (found === undefined) reply(response, 404, {}, errorBody('MANIFEST_UNKNOWN'));
  else {
    const headers = { 'content-type': found.mediaType, 'docker-content-digest': digestOf(found.bytes) };
    reply(response, 200, headers, found.bytes);
  }
}

function referrers(state: State, subject: string, response: ServerResponse): void {
  const manifests = [...state.manifests]
    .filter(
      ([name, { bytes }]) =>
        name === digestOf(bytes) && JSON.parse(bytes.toString()).subject?.digest === subject,
    )
    .map(([digest, { mediaType, bytes }]) => ({ mediaType, digest, size: bytes.length }));
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  reply(
    response,
    200,
    { 'content-type': mediaType },
    JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
  );
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
