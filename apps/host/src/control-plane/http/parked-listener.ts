import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address nothing can listen on. */
export class HttpAddressError extends Error {
  override readonly name = 'HttpAddressError';
}

/** Holds an address while the component behind it does not run here. */
export interface ParkedListener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers every request with 503 and the reason.
 *
 * @param reusePort whether another listener may take over the address while this one still holds it
 */
export async function openParkedListener(options: {
  readonly componentId: string;
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
}): Promise<ParkedListener> {
  const { componentId, host, port, reusePort } = options;
  const body = `component '${componentId}' is not running on this host\n`;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(503, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'retry-after': '1',
      // The next request should reach whoever holds the address by then.
      connection: 'close',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(addressError(host, port, cause)));
    server.listen({ host, port, reusePort }, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** Makes sure nobody else listens on an address, and settles port 0 to a free one. */
export async function claimAddress(host: string, port: number): Promise<number> {
  // Without reusePort the bind fails when anybody, reusing or not, holds the address.
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (cause: NodeJS.ErrnoException) => reject(addressError(host, port, cause)));
    probe.listen({ host, port }, resolve);
  });
  const claimed = (probe.address() as AddressInfo).port;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return claimed;
}

function addressError(host: string, port: number, cause: NodeJS.ErrnoException): HttpAddressError {
  const why =
    cause.code === 'EADDRINUSE'
      ? 'it is in use: stop what listens there or give the link another address'
      : cause.code === 'EACCES'
        ? 'the host may not bind it: ports below 1024 need a privilege'
        : cause.code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : cause.message;
  return new HttpAddressError(`cannot listen on ${host}:${port}: ${why}`, { cause });
}
