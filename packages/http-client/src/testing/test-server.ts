import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpFields, HttpRequest, HttpResponse } from '@wasmlattice/rpc/interfaces';

/** A server at a free port of the loopback. */
export interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  readonly authority: string;
}

export async function startTestServer(listener: RequestListener): Promise<TestServer> {
  return await listen(createServer(listener));
}

export async function listen(server: Server): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    authority: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A request with what a guest would have set. */
export function requestTo(authority: string, parts: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: { tag: 'get' },
    scheme: { tag: 'HTTP' },
    authority,
    pathWithQuery: '/',
    headers: [],
    body: bodyOf(),
    trailers: Promise.resolve(undefined),
    ...parts,
  };
}

export async function* bodyOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

export function fields(entries: Readonly<Record<string, string>>): HttpFields {
  return Object.entries(entries).map(([name, value]) => [name, [Buffer.from(value)]]);
}

export function texts(all: HttpFields | undefined): Record<string, string> {
  return Object.fromEntries((all ?? []).map(([name, values]) => [name, values.map(String).join(', ')]));
}

export async function textOf({ body }: Pick<HttpResponse, 'body'>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
