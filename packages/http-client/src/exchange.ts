import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { HttpFailure, type HttpMethod } from '@wasmlattice/rpc/interfaces';
import type { Route } from './connections.js';
import { ClientTimeoutError } from './failures.js';

/** Most bytes of the head of a response. */
const maxHeaderSize = 64 * 1024;

export interface ExchangeOptions {
  readonly route: Route;
  readonly method: HttpMethod;
  readonly path: string;
  readonly headers: readonly string[];
  /** From the start until the connection is there, TLS included, in ms. */
  readonly connectMs: number;
  /** From there to the head of the response, in ms. */
  readonly firstByteMs: number;
  readonly signal: AbortSignal | undefined;
}

/** One attempt at a request. */
export interface Exchange {
  readonly request: ClientRequest;
  /** Rejects with what node says, or a {@link ClientTimeoutError}, or the reason of the signal. */
  readonly response: Promise<IncomingMessage>;
}

/** @throws what node finds wrong with method, path or headers */
export function beginExchange(options: ExchangeOptions): Exchange {
  const { route, method, path, headers, connectMs, firstByteMs, signal } = options;
  const { host } = route.options;
  if (method.tag === 'connect') {
    throw new HttpFailure({ tag: 'HTTP-request-method-invalid' }, 'CONNECT is no request for a server');
  }
  const request = (route.secure ? httpsRequest : httpRequest)({
    ...route.options,
    ...(route.secure && { servername: isIP(host) === 0 ? host : '' }),
    method: method.tag === 'other' ? method.val : method.tag.toUpperCase(),
    path: `${route.pathPrefix}${path}`,
    headers: [...headers, ...route.headers],
    maxHeaderSize,
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const giveUp = (cause: unknown): void => {
    reject(cause);
    request.destroy(cause instanceof Error ? cause : undefined);
  };
  let timer = wait(connectMs, () => giveUp(new ClientTimeoutError('connect', connectMs)));
  const onAbort = (): void => giveUp(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  request.once('socket', (socket) =>
    whenConnected(socket, () => {
      clearTimeout(timer);
      if (request.destroyed) return;
      timer = wait(firstByteMs, () => giveUp(new ClientTimeoutError('first-byte', firstByteMs)));
    }),
  );
  request.once('response', (message) => {
    clearTimeout(timer);
    resolve(message);
  });
  request.once('upgrade', (_message, socket) => {
    socket.destroy();
    giveUp(
      new HttpFailure({ tag: 'HTTP-upgrade-failed' }, 'the server changed the protocol of the connection'),
    );
  });
  // Stays: a request may fail again after its response.
  request.on('error', giveUp);
  request.once('close', () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    reject(new HttpFailure({ tag: 'connection-terminated' }, 'the connection ended without a response'));
  });
  promise.catch(() => {});
  if (signal?.aborted === true) onAbort();
  return { request, response: promise };
}

function whenConnected(socket: Socket & { readonly secureConnecting?: boolean }, then: () => void): void {
  if (socket.secureConnecting === true) socket.once('secureConnect', then);
  else if (socket.connecting) socket.once('connect', then);
  else then();
}

/** Longer timers overflow, and fire at once. */
const longestTimerMs = 2 ** 31 - 1;

function wait(ms: number, then: () => void): NodeJS.Timeout {
  return setTimeout(then, Math.min(ms, longestTimerMs));
}
