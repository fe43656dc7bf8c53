import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { LinkedList } from '@wasmlattice/wasm-runtime';
import type { ServerExchange } from './exchange.js';
import { type Refusal, refusalMessage, sendRefusal } from './refusal.js';

/**
 * - `open`: takes requests.
 * - `ending`: takes none; the last answer is being made or sent.
 * - `lingering`: everything is sent, the client may still be sending.
 */
type State = 'open' | 'ending' | 'lingering';

export interface HttpConnectionOptions {
  readonly socket: Socket;
  /** How long a client may go on sending after the last answer, in ms. */
  readonly lingerMs: number;
  /** Whether each answer is to be the last on its connection. */
  answersOnce(): boolean;
}

/** What is read of a client beyond bytes that could not be; most clients are done by then. */
const MOST_UNPARSED_BYTES = 1024 * 1024;

/** One connection of a listener: the requests in progress on it, and how it ends. */
export class HttpConnection {
  readonly #options: HttpConnectionOptions;
  readonly #exchanges = new LinkedList<ServerExchange>();
  #state: State = 'open';
  /** An answer of the listener itself comes after those of the exchanges. */
  #hasRefusal = false;
  #lastRequest: IncomingMessage | undefined;
  /** That of the last request, unless that was refused. */
  #lastExchange: ServerExchange | undefined;
  #isBodyRefused = false;

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
    // Node calls it on its sockets, after the last answer.
    options.socket.destroySoon = () => this.#end();
  }

  /** Node goes on parsing what a client pipelined although the connection was closed, or is about to be. */
  get takesRequests(): boolean {
    return this.#state === 'open' && !this.#options.socket.destroyed;
  }

  /** Whether something is still to be sent, or the client to be waited for. */
  get isBusy(): boolean {
    return !this.#exchanges.isEmpty || this.#state !== 'open';
  }

  begin(exchange: ServerExchange, request: IncomingMessage): void {
    this.#exchanges.add(exchange);
    this.#lastExchange = exchange;
    this.#lastRequest = request;
  }

  ended(exchange: ServerExchange): void {
    this.#exchanges.delete(exchange);
  }

  /** Decides when the head of a response is written, whether it says that the connection closes. */
  keepsAliveAfter(exchange: ServerExchange): boolean {
    if (this.#hasRefusal || exchange !== this.#lastExchange) return true;
    if (this.#state === 'open' && !this.#options.answersOnce()) return true;
    this.#state = 'ending';
    return false;
  }

  /**
   * The exchange whose body is still to come, and is not known to be malformed; `undefined` when what comes is another
   * request.
   */
  get exchangeOfBody(): ServerExchange | undefined {
    return this.#lastRequest?.complete === false && !this.#isBodyRefused ? this.#lastExchange : undefined;
  }

  /** Answers a request that could be read, in its turn, and closes. */
  refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    this.#lastRequest = request;
    this.#lastExchange = undefined;
    this.#state = 'ending';
    this.#hasRefusal = true;
    sendRefusal(response, refusal);
  }

  /** Answers what could not be read, after what was read before it, and closes. */
  refuseUnread(refusal: Refusal): void {
    this.#state = 'ending';
    this.#hasRefusal = true;
    this.#leaveUnparsed();
    void Promise.all([...this.#exchanges].map(({ gone }) => gone)).then(() => {
      const { socket } = this.#options;
      if (socket.writable) socket.write(refusalMessage(refusal));
      this.#linger();
    });
  }

  /** Answers a request whose body turned out to be none, and closes. */
  refuseBody(exchange: ServerExchange, refusal: Refusal): void {
    this.#isBodyRefused = true;
    if (this.#state === 'open') this.#state = 'ending';
    exchange.bodyMalformed(refusal);
    this.#leaveUnparsed();
    void exchange.gone.then(() => this.#linger());
  }

  /** Ends a connection on which no answer is due: with `refusal` if its client is amid a head. Tells whether it is. */
  closeIdle(refusal: Refusal): boolean {
    const { socket } = this.#options;
    const isAmidHead = socket.bytesRead > 0 && this.#lastRequest?.complete !== false;
    if (isAmidHead) this.refuseUnread(refusal);
    else if (socket.bytesRead > 0) this.#linger();
    else socket.destroy();
    return isAmidHead;
  }

  /** Gives up what is in progress. */
  cutOff(): void {
    for (const exchange of [...this.#exchanges]) exchange.connectionClosed();
  }

  /**
   * Takes the connection out of node's parser, which would say again of every byte that it can't be read, at the price of an error each.
   * A client that sends a little too much is read on, so that it gets its answer; one that sends without end waits, at no cost, until
   * its time is over.
   */
  #leaveUnparsed(): void {
    const { socket } = this.#options;
    const most = socket.bytesRead + MOST_UNPARSED_BYTES;
    socket.removeAllListeners('data');
    // By this listener node knows that it is not to read by itself any more.
    socket.on('data', () => {
      if (socket.bytesRead > most) socket.pause();
    });
    socket.resume();
  }

  #end(): void {
    if (this.#lastRequest?.complete === false) this.#linger();
    else Socket.prototype.destroySoon.call(this.#options.socket);
  }

  /**
   * A connection that is closed while its client is sending is reset, and the reset takes away what the client has not
   * read yet (RFC 9112 §9.6): the answer.
   */
  #linger(): void {
    const { socket, lingerMs } = this.#options;
    if (this.#state === 'lingering' || socket.destroyed) return;
    this.#state = 'lingering';
    socket.end();
    const cutOff = setTimeout(() => socket.destroy(), lingerMs);
    cutOff.unref();
    socket.once('close', () => clearTimeout(cutOff));
  }
}
