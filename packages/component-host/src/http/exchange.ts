import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  ByteSource,
  HttpExchange,
  HttpRequestHead,
  HttpResponder,
} from '@wasmlattice/wasm-runtime/host-functions';
import { noBody, RequestBody } from './request-body.js';
import { parseRequest } from './request-head.js';
import { type ResponderOptions, ServerResponder } from './responder.js';

/** The client closed its connection: the reason of an exchange's signal. */
export class ClientDisconnectedError extends Error {
  override readonly name = 'ClientDisconnectedError';

  constructor() {
    super('the client closed the connection before the response was complete');
  }
}

const NO_TRAILERS: Promise<undefined> = Promise.resolve(undefined);

export interface ServerExchangeOptions extends Omit<ResponderOptions, 'response' | 'mayKeepAlive'> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for `100 Continue`. */
  readonly expectsContinue: boolean;
  /** Whether the connection may serve further requests. */
  mayKeepAlive(): boolean;
}

/** An exchange that can be asked how it went. */
export interface ServedExchange extends HttpExchange {
  readonly responder: HttpResponder & {
    /** Of the response as it was begun; `undefined` before that. */
    readonly status: number | undefined;
  };
  /** The client went away before the response was complete. */
  readonly isDisconnected: boolean;
}

/** One request on a socket of node's HTTP server. */
export class ServerExchange implements ServedExchange {
  readonly request: HttpRequestHead;
  readonly body: ByteSource;
  readonly responder: ServerResponder;
  readonly #requestBody: RequestBody | undefined;
  #controller: AbortController | undefined;
  #isDisconnected = false;
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers();

  /** @throws BadRequestError when the request can't be given to a guest */
  constructor(options: ServerExchangeOptions) {
    const { request, response } = options;
    const { head, hasBody } = parseRequest(request);
    this.request = head;
    if (hasBody) {
      this.#requestBody = new RequestBody(request, options.expectsContinue ? response : undefined);
    }
    this.body = this.#requestBody ?? noBody;
    this.responder = new ServerResponder({
      response,
      holdUntilTurnEnds: options.holdUntilTurnEnds,
      // A client that was not told to continue may or may not send its body: the connection is at an unknown point.
      mayKeepAlive: () => options.mayKeepAlive() && this.#requestBody?.awaitsContinue !== true,
    });
    response.once('close', () => this.#leave());
  }

  /** Most requests are over before anybody asks for their signal. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isDisconnected) this.#controller.abort(new ClientDisconnectedError());
    }
    return this.#controller.signal;
  }

  trailers(): Promise<HttpRequestHead['headers'] | undefined> {
    return this.#requestBody?.trailers() ?? NO_TRAILERS;
  }

  /** Resolves once the response was handed to the system, or the connection is gone. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /**
   * Tells what node does not: of its connection's end a request learns only until its response is complete, and a
   * response only once it is its turn on a connection with several requests.
   */
  connectionClosed(): void {
    this.#requestBody?.connectionClosed();
    this.#leave();
  }

  get isDisconnected(): boolean {
    return this.#isDisconnected;
  }

  /**
   * Reads what the guest left of the body, because the connection's next request comes after it. `undefined` when
   * there is nothing to read.
   */
  discardRest(): Promise<void> | undefined {
    return this.#requestBody?.awaitsContinue === false ? this.#requestBody.discard() : undefined;
  }

  /** After a complete response there is nothing to disconnect from. */
  #leave(): void {
    if (!this.responder.isOver) {
      this.#isDisconnected = true;
      this.responder.disconnected();
      this.#controller?.abort(new ClientDisconnectedError());
    }
    this.#gone.resolve();
  }
}
