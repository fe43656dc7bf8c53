import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ExchangeContext } from '../exchange.js';
import { type Refusal, RefusedRequestError } from '../refusal.js';
import { H2Exchange } from './h2-exchange.js';
import { headOfFields } from './h2-head.js';

export interface H2SessionsOptions {
  readonly context: Pick<ExchangeContext, 'maxHeaders' | 'scheme' | 'forwarded'>;
  readonly maxHeadBytes: number;
  /** How long a connection without a request is kept, in ms. */
  readonly keepAliveMs: number;
  handle(exchange: H2Exchange): Promise<unknown>;
  misframed(exchange: H2Exchange, problem: string): void;
  refused(refusal: Refusal, socket: TLSSocket): void;
}

/** Requests that a client may have in progress on one connection. */
const maxStreams = 128;

/** The connections of a listener on which clients asked for HTTP/2. */
export class H2Sessions {
  readonly #options: H2SessionsOptions;
  readonly #sessions = new Set<ServerHttp2Session>();
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(options: H2SessionsOptions) {
    this.#options = options;
  }

  /** Speaks HTTP/2 on a connection whose handshake has agreed on it. */
  add(socket: TLSSocket): void {
    const { maxHeadBytes, keepAliveMs, context } = this.#options;
    const session = performServerHandshake(socket, {
      // Beyond that the stream is reset; up to it, `headOfFields` says what is too much.
      maxHeaderListPairs: 2 * context.maxHeaders,
      settings: {
        maxConcurrentStreams: maxStreams,
        maxHeaderListSize: maxHeadBytes,
        enableConnectProtocol: false,
      },
    });
    this.#sessions.add(session);
    session.setTimeout(keepAliveMs, () => session.close());
    // What it tells of, the streams tell too.
    session.on('error', () => {});
    session.on('close', () => {
      this.#sessions.delete(session);
      if (this.#sessions.size === 0) this.#drained?.resolve();
    });
    session.on('stream', (stream, _headers, _flags, raw: readonly string[] = []) =>
      this.#accept(stream, raw, socket),
    );
    if (this.#drained !== undefined) session.close();
  }

  /** Tells clients to go elsewhere with further requests; resolves once those in progress are answered and all connections closed. */
  async drain(): Promise<void> {
    if (this.#sessions.size === 0) return;
    this.#drained ??= Promise.withResolvers<void>();
    for (const session of this.#sessions) session.close();
    await this.#drained.promise;
  }

  /** Gives up what is in progress. */
  cutOff(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #accept(stream: ServerHttp2Stream, fields: readonly string[], socket: TLSSocket): void {
    const { context, misframed } = this.#options;
    const client = socket.remoteAddress;
    try {
      const head = headOfFields(fields, context);
      const seen = context.forwarded?.apply(head, client ?? '') ?? head;
      void this.#serve(new H2Exchange({ stream, head: seen, client, misframed }));
    } catch (error) {
      if (!(error instanceof RefusedRequestError)) throw error;
      const { refusal } = error;
      stream.on('error', () => {});
      stream.respond({ ':status': refusal.status, 'content-type': 'text/plain; charset=utf-8' });
      stream.end(`${refusal.text}\n`);
      this.#options.refused(refusal, socket);
    }
  }

  async #serve(exchange: H2Exchange): Promise<void> {
    await this.#options.handle(exchange);
    exchange.discardRest();
  }
}
