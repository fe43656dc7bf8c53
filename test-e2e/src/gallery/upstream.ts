import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server behind the proxies of the gallery. */
export interface Upstream extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly url: string;
}

/** What the upstream server answers `GET /teapot` with: more than any buffer on the way holds. */
export const teapot = {
  status: 418,
  contentType: 'application/teapot',
  body: Buffer.alloc(700_000, 'short and stout, '),
} as const;

export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    if (request.url === '/teapot') {
      response.writeHead(teapot.status, { 'content-type': teapot.contentType }).end(teapot.body);
    } else {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('Hello from upstream!\n');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
