import type { IncomingMessage, ServerResponse } from 'node:http';
import { Ending, type Linked } from '@wasmlattice/wasm-runtime';
import type {
  ByteSource,
  HttpExchange,
  HttpRequestHead,
  HttpResponder,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { ForwardedHeaders } from './forwarded.js';
import type { Refusal } from './refusal.js';
import { noBody, RequestBody } from './request-body.js';
import { parseRequest } from './request-head.js';
import { type ResponderContext, ServerResponder } from './responder.js';

/** The client closed its connection: the reason of an exchange's signal. */
export class ClientDisconnectedError extends Error {
  override readonly name = 'ClientDisconnectedError';

  constructor() {
    super('the client closed the connection before the response was complete');
  }
}

/** The client sent a body that is none: the reason of an exchange's signal. */
export class MalformedBodyError extends Error {
  override readonly name = 'MalformedBodyError';
}

const NO_TRAILERS: Promise<undefined> = Promise.resolve(undefined);

/** What the requests of a listener have in common. */
export interface ExchangeContext {
  /** Of requests that do not name another. */
  readonly scheme: 'http' | 'https';
  /** Most headers of a request. */
  readonly maxHeaders: number;
  /** Absent: what requests tell of the way they came is left to the component, but for their host. */
  readonly forwarded?: ForwardedHeaders | undefined;
  /** Has {@link ServerResponder.release} called at the end of this turn of the event loop. */
  holdUntilTurnEnds(responder: ServerResponder): void;
  /** The guest's response can't be sent as it is. */
  misframed(exchange: ServerExchange, problem: string): void;
}

export interface ServerExchangeOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for `100 Continue`. */
  readonly expectsContinue: boolean;
  readonly connection: {
    /** Asked when the head of the response is written. */
    keepsAliveAfter(exchange: ServerExchange): boolean;
  };
  readonly context: ExchangeContext;
}

/** An exchange that can be asked how it went. */
export interface ServedExchange extends HttpExchange {
  readonly responder: HttpResponder & {
    /** Of the response as it was begun; `undefined` before that. */
    readonly status: number | undefined;
  };
  /** The client went away before the response was complete. */
  readonly isDisconnected: boolean;
  /** The IP address that the request came from, as far as it is known. */
  readonly client?: string | undefined;
}

/** One request on a socket of node's HTTP server. */
export class ServerExchange implements ServedExchange, ResponderContext, Linked<ServerExchange> {
  previous: ServerExchange | undefined;
  next: ServerExchange | undefined;
  readonly request: HttpRequestHead;
  readonly body: ByteSource;
  readonly responder: ServerResponder;
  readonly #options: ServerExchangeOptions;
  readonly #requestBody: RequestBody | undefined;
  /** When nobody waits for the rest of the response. */
  readonly signal: Ending = new Ending();
  #isGone = false;
  #whenGone: (() => void)[] | undefined;

  /** @throws RefusedRequestError when the request can't be given to a guest */
  constructor(options: ServerExchangeOptions) {
    const { request, response } = options;
    const { head, hasBody } = parseRequest(request, options.context);
    this.#options = options;
    const { forwarded } = options.context;
    this.request = forwarded === undefined ? head : forwarded.apply(head, this.client ?? '');
    if (hasBody) {
      this.#requestBody = new RequestBody(request, options.expectsContinue ? response : undefined);
    }
    this.body = this.#requestBody ?? noBody;
    this.responder = new ServerResponder(response, this);
    response.on('close', () => this.#leave());
  }

  get client(): string | undefined {
    return this.#options.request.socket.remoteAddress;
  }

  holdUntilTurnEnds(responder: ServerResponder): void {
    this.#options.context.holdUntilTurnEnds(responder);
  }

  mayKeepAlive(): boolean {
    // A client that was not told to continue may or may not send its body: the connection is at an unknown point.
    return this.#options.connection.keepsAliveAfter(this) && this.#requestBody?.awaitsContinue !== true;
  }

  misframed(problem: string): void {
    this.#options.context.misframed(this, problem);
  }

  trailers(): Promise<HttpRequestHead['headers'] | undefined> {
    return this.#requestBody?.trailers() ?? NO_TRAILERS;
  }

  /** Resolves once the response was handed to the system, or the connection is gone. */
  get gone(): Promise<void> {
    return new Promise((resolve) => this.whenGone(resolve));
  }

  /** Does something then; at once if that is so already. */
  whenGone(action: () => void): void {
    if (this.#isGone) action();
    else if (this.#whenGone === undefined) this.#whenGone = [action];
    else this.#whenGone.push(action);
  }

  /**
   * Tells what node does not: of its connection's end a request learns only until its response is complete, and a
   * response only once it is its turn on a connection with several requests.
   */
  connectionClosed(): void {
    this.#requestBody?.connectionClosed();
    this.#leave();
  }

  /**
   * What the client sends is no body. It is told so unless it was answered already, and the guest is ended as it is when
   * the client leaves.
   */
  bodyMalformed({ status, text }: Refusal): void {
    this.#requestBody?.malformed(text);
    if (this.responder.isOver) return;
    this.responder.fail(status, `${text}\n`);
    this.signal.end(new MalformedBodyError(text));
  }

  get isDisconnected(): boolean {
    return this.signal.aborted;
  }

  /**
   * Reads what the guest left of the body, because the connection's next request comes after it. `undefined` when
   * there is nothing to read.
   */
  discardRest(): Promise<void> | undefined {
    return this.#requestBody?.awaitsContinue === false ? this.#requestBody.discardUnwanted() : undefined;
  }

  /** After a complete response there is nothing to disconnect from. */
  #leave(): void {
    if (!this.responder.isOver) {
      this.responder.disconnected();
      this.signal.end(new ClientDisconnectedError());
    }
    if (this.#isGone) return;
    this.#isGone = true;
    const actions = this.#whenGone;
    this.#whenGone = undefined;
    if (actions !== undefined) for (const action of actions) action();
  }
}
