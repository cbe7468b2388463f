import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface MemoryRegistry {
  /** `127.0.0.1:PORT`, plain HTTP. */
  readonly host: string;
  /** By tag and by digest. */
  readonly manifests: ReadonlyMap<string, Buffer>;
  readonly blobs: ReadonlyMap<string, Buffer>;
  /** What was stored by tag, in order. */
  readonly taggedInOrder: readonly string[];
}

export interface MemoryRegistryOptions {
  /** Says OCI-Subject for a manifest with a subject, as a registry does that lists referrers itself. */
  readonly listsReferrers: boolean;
}

/** As much of the distribution-spec as a push needs. */
export async function withMemoryRegistry(
  { listsReferrers }: MemoryRegistryOptions,
  use: (registry: MemoryRegistry) => Promise<void>,
): Promise<void> {
  const manifests = new Map<string, Buffer>();
  const blobs = new Map<string, Buffer>();
  const taggedInOrder: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
    const body = Buffer.concat(await request.toArray());
    const name = pathname.slice(pathname.lastIndexOf('/') + 1);
    const end = (status: number, headers: Record<string, string> = {}, content?: Buffer) =>
      response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : content);
    if (pathname === '/v2/') end(200);
    else if (pathname.includes('/blobs/uploads/')) {
      const digest = searchParams.get('digest');
      if (digest === null) {
        if (request.method === 'DELETE') end(204);
        else end(request.method === 'POST' ? 202 : 204, { location: `${pathname.replace(/\/?$/, '')}/1` });
      } else {
        blobs.set(digest, body);
        end(201);
      }
    } else if (pathname.includes('/blobs/')) {
      end(404);
    } else if (request.method === 'PUT') {
      const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
      manifests.set(name, body).set(digest, body);
      if (name !== digest) taggedInOrder.push(name);
      const { subject } = JSON.parse(body.toString('utf8'));
      const says = listsReferrers && subject !== undefined;
      end(201, { 'docker-content-digest': digest, ...(says && { 'oci-subject': subject.digest }) });
    } else {
      const content = manifests.get(name);
      if (content === undefined) end(404);
      else end(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' }, content);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    await use({ host: `127.0.0.1:${port}`, manifests, blobs, taggedInOrder });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
