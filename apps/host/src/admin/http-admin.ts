import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Logger } from '@wasmlattice/telemetry';
import { splitSocketAddress } from './socket-address.js';

/** What service managers ask a host: whether it lives, and whether it takes work (docs/spec/host-config.md#8). */
export interface HttpAdmin {
  /** Where it listens, `127.0.0.1:8080`. */
  readonly address: string;
  /** From now on the host is not ready; it is from the beginning. */
  setStopping(): void;
  close(): Promise<void>;
}

/** The address can't be listened at. */
export class HttpAdminError extends Error {
  override readonly name = 'HttpAdminError';
}

/** More than any service manager has; what is beyond is cut off. */
const maxConnections = 64;

/** A client that says nothing for so long is gone, in ms. */
const idleMs = 10_000;

/** How each connection of HTTP/2 begins; what browsers and older tools speak does not. */
const http2Preface = Buffer.from('PRI * HTTP/2.0');

type Answer = (response: ServerResponse | Http2ServerResponse, isHead: boolean) => void;

/**
 * Serves `/livez` and `/readyz` in cleartext, HTTP/1.1 and HTTP/2, at an IP address and port.
 *
 * @throws HttpAdminError
 */
export async function startHttpAdmin(options: {
  readonly address: string;
  readonly logger: Logger;
}): Promise<HttpAdmin> {
  const { logger } = options;
  let isReady = true;

  const endpoints = new Map<string, Answer>([
    ['/livez', (response, isHead) => reply(response, 200, isHead ? '' : '{"status":"ok"}')],
    [
      '/readyz',
      (response, isHead) => {
        const text = isReady ? '{"status":"ok"}' : '{"status":"failure"}';
        reply(response, isReady ? 200 : 500, isHead ? '' : text);
      },
    ],
  ]);
  const handle = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    const path = request.url?.replace(/[?#].*$/s, '') ?? '/';
    const method = request.method ?? 'GET';
    const endpoint = endpoints.get(path);
    request.resume();
    if (endpoint === undefined) reply(response, 404, `unknown endpoint \`${path}\``);
    else if (method === 'GET' || method === 'HEAD') endpoint(response, method === 'HEAD');
    else reply(response, 405, `method \`${method}\` not supported for path \`${path}\``);
  };
  const http = createHttpServer({ requestTimeout: idleMs }, handle);
  const http2 = createHttp2Server({ maxSessionMemory: 1 }, handle);

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', (error) => logger.debug('a client of the HTTP admin endpoint broke off', { error }));
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const isHttp2 = first.subarray(0, http2Preface.length).equals(http2Preface);
      (isHttp2 ? http2 : http).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  server.maxConnections = maxConnections;
  const { host, port } = splitSocketAddress(options.address);
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new HttpAdminError(
      `cannot listen at ${options.address} for --http-admin: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const bound = server.address() as AddressInfo;
  const address = `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
  logger.info('serving liveness and readiness', { address });
  return {
    address,
    setStopping() {
      isReady = false;
    },
    async close() {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function reply(response: ServerResponse | Http2ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.end(text);
}
