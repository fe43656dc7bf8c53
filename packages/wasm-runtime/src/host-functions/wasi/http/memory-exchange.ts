import { type ByteSource, MemorySink, MemorySource } from '../io/index.js';
import type {
  HeaderLines,
  HttpExchange,
  HttpRequestHead,
  HttpResponder,
  HttpResponseHead,
} from './http-exchange.js';

export interface MemoryExchangeOptions extends Partial<HttpRequestHead> {
  readonly body?: ByteSource;
  readonly trailers?: Promise<HeaderLines | undefined>;
  /** How many bytes of response body a guest may be ahead of {@link MemoryExchange.sink}'s reader. */
  readonly window?: number;
}

/** An exchange without a network, for tests: the request is given, the response is kept. */
export class MemoryExchange implements HttpExchange, HttpResponder {
  readonly request: HttpRequestHead;
  readonly body: ByteSource;
  readonly sink: MemorySink;
  readonly #trailers: Promise<HeaderLines | undefined>;
  readonly #controller = new AbortController();

  head: HttpResponseHead | undefined;
  /** Set by {@link MemoryExchange.finish}. */
  finished: { readonly trailers: HeaderLines | undefined } | undefined;
  /** Set by {@link MemoryExchange.fail}. */
  failed: { readonly status: number; readonly text: string } | undefined;

  constructor(options: MemoryExchangeOptions = {}) {
    const { body, trailers, window, ...head } = options;
    this.request = {
      method: 'GET',
      scheme: 'http',
      authority: 'localhost:8000',
      pathWithQuery: '/',
      headers: [],
      ...head,
    };
    this.body = body ?? new MemorySource([]);
    this.sink = new MemorySink(window);
    this.#trailers = trailers ?? Promise.resolve(undefined);
  }

  get responder(): HttpResponder {
    return this;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  trailers(): Promise<HeaderLines | undefined> {
    return this.#trailers;
  }

  disconnect(): void {
    this.sink.close();
    this.#controller.abort(new Error('the client closed the connection'));
  }

  start(head: HttpResponseHead): MemorySink {
    if (this.head !== undefined) throw new Error('a response is started once');
    this.head = head;
    return this.sink;
  }

  finish(trailers?: HeaderLines): void {
    if (this.head === undefined) throw new Error('a response is finished after its start');
    if (this.finished !== undefined) throw new Error('a response is finished once');
    this.finished = { trailers };
  }

  fail(status: number, text: string): void {
    if (this.finished !== undefined || this.failed !== undefined) return;
    this.failed = { status, text };
    this.sink.close();
  }
}
