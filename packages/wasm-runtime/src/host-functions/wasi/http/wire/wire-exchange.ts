import { err, ok, type Result } from '@wasmlattice/rpc';
import type { HttpErrorCode, HttpRequest, HttpResponse } from '@wasmlattice/rpc/interfaces';
import type { ByteSink, ByteSource } from '../../io/index.js';
import type { ErrorCode } from '../error-code.js';
import type {
  HeaderLines,
  HttpExchange,
  HttpRequestHead,
  HttpResponder,
  HttpResponseHead,
} from '../http-exchange.js';
import { ReceivedBody } from './received-body.js';
import { headOf } from './request-head.js';
import { IncompleteBodyError, SentBody } from './sent-body.js';
import { linesToFields } from './wire-fields.js';

type WireAnswer = Result<HttpResponse, HttpErrorCode>;

/** The caller takes no more of the response: the reason of an exchange's signal. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';

  constructor() {
    super('the caller stopped reading before the response was complete');
  }
}

/** One call of `wrpc:http/incoming-handler` as an exchange (docs/spec/wrpc-interfaces.md#3). */
export class WireExchange implements HttpExchange, HttpResponder {
  readonly request: HttpRequestHead;
  readonly #received: ReceivedBody;
  readonly #sent: SentBody;
  readonly #answer = Promise.withResolvers<WireAnswer>();
  readonly #controller = new AbortController();
  #isAnswered = false;

  /**
   * @param signal aborted when the call is
   * @throws HttpFailure when the request can't be given to a guest
   */
  constructor(request: HttpRequest, signal: AbortSignal) {
    this.request = headOf(request);
    this.#received = new ReceivedBody(request.body, request.trailers);
    this.#sent = new SentBody(() => this.#controller.abort(new CallerGoneError()));
    const forward = (): void => this.#controller.abort(signal.reason);
    if (signal.aborted) forward();
    signal.addEventListener('abort', forward, { once: true });
  }

  /**
   * What the call returns: there as soon as the guest has set a head or an error-code. Rejects when the guest does neither.
   */
  get answer(): Promise<WireAnswer> {
    return this.#answer.promise;
  }

  get body(): ByteSource {
    return this.#received.body;
  }

  trailers(): Promise<HeaderLines | undefined> {
    return this.#received.trailers();
  }

  get responder(): HttpResponder {
    return this;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start({ status, headers }: HttpResponseHead): ByteSink {
    if (!this.#isAnswered) {
      const { trailers } = this.#sent;
      this.#give(ok({ body: this.#sent, trailers, status, headers: linesToFields(headers) }));
    }
    return this.#sent;
  }

  finish(trailers?: HeaderLines): void {
    this.#sent.finish(trailers);
  }

  refuse(code: ErrorCode): void {
    this.#give(err(code));
  }

  fail(status: number, text: string, cause?: unknown): void {
    // The one failure of a guest that has an error-code: a server in front tells it from others by that.
    if (status === 504) this.#give(err({ tag: 'HTTP-response-timeout' }));
    this.failWith(new IncompleteBodyError(text.trimEnd(), cause));
  }

  /** As {@link WireExchange.fail}, with what happened. Does nothing once the response is complete. */
  failWith(cause: Error): void {
    this.#sent.abort(cause);
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#answer.reject(cause);
  }

  #give(answer: WireAnswer): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#answer.resolve(answer);
  }
}
