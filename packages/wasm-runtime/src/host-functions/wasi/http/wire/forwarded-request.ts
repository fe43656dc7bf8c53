import type { HttpFields, HttpRequest } from '@wasmlattice/rpc/interfaces';
import type { HttpExchange } from '../http-exchange.js';
import { methodFromText, schemeFromText } from '../message-head.js';
import { checkHead } from './request-head.js';
import { linesToFields } from './wire-fields.js';

/** Most bytes taken from a body at a time. */
const CHUNK = 64 * 1024;

/**
 * The request of an exchange as the parameter of a call of `wrpc:http/incoming-handler`: the counterpart of
 * `WireExchange` (docs/spec/wrpc-interfaces.md#3). Its body is read at the pace of whoever takes the call, and nothing
 * of it before.
 */
export class ForwardedRequest implements AsyncIterable<Uint8Array> {
  readonly wire: HttpRequest;
  /** Resolves once nothing more of the body will be read: it was sent, or it failed, or nobody wants the rest. */
  readonly over: Promise<void>;
  /** When something of the body was last read, in the time of `performance.now()`; `-Infinity` before. */
  readAt: number = Number.NEGATIVE_INFINITY;
  readonly #exchange: Pick<HttpExchange, 'body' | 'trailers'>;
  readonly #trailers = Promise.withResolvers<HttpFields | undefined>();
  readonly #over = Promise.withResolvers<void>();
  /** Nobody reads the rest. */
  #isLeft = false;
  /** Ends the wait for more of the body. */
  #wake: (() => void) | undefined;
  #failure: { readonly cause: unknown } | undefined;

  /** @throws HttpFailure when the head can't be said over wRPC */
  constructor(exchange: Pick<HttpExchange, 'request' | 'body' | 'trailers'>) {
    const { request } = exchange;
    checkHead(request);
    this.#exchange = exchange;
    this.over = this.#over.promise;
    // A call that nobody takes never looks at them.
    this.#trailers.promise.catch(() => {});
    this.wire = {
      body: this,
      trailers: this.#trailers.promise,
      method: methodFromText(request.method),
      pathWithQuery: request.pathWithQuery,
      scheme: schemeFromText(request.scheme),
      authority: request.authority,
      headers: linesToFields(request.headers),
    };
  }

  /** Ends the body early, which whoever reads it is told. Does nothing once it is over. */
  abandon(cause: Error): void {
    if (!this.#isLeft) this.#fail(cause);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.#isLeft = true;
        this.#trailers.resolve(undefined);
        this.#over.resolve();
        return { done: true, value: undefined };
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { body } = this.#exchange;
    try {
      while (!this.#isLeft) {
        const bytes = body.read(CHUNK);
        if (bytes === undefined) {
          await this.#end();
          break;
        }
        if (bytes.length > 0) {
          this.readAt = performance.now();
          return { done: false, value: bytes };
        }
        await this.#readyOrAbandoned();
      }
    } catch (cause) {
      this.#fail(cause);
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    return { done: true, value: undefined };
  }

  #readyOrAbandoned(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wake = resolve;
      this.#exchange.body.ready().then(resolve, reject);
    });
  }

  async #end(): Promise<void> {
    const lines = await this.#exchange.trailers();
    this.#isLeft = true;
    this.#trailers.resolve(lines && linesToFields(lines));
    this.#over.resolve();
  }

  #fail(cause: unknown): void {
    this.#isLeft = true;
    this.#failure = { cause };
    this.#wake?.();
    this.#trailers.reject(cause);
    this.#over.resolve();
  }
}
