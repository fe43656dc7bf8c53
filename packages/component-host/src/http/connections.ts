import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { HttpConnection } from './connection.js';
import type { ServerExchange } from './exchange.js';
import type { Refusal } from './refusal.js';

export interface HttpConnectionsOptions {
  readonly server: Server;
  readonly keepsConnections: boolean;
  /** See {@link HttpConnection}. */
  readonly lingerMs: number;
  /** A client that was amid a head when its time was over. */
  refused(refusal: Refusal, socket: Socket): void;
}

/** The connections of a listener, and the order in which they end. */
export class HttpConnections {
  readonly #options: HttpConnectionsOptions;
  readonly #connections = new Map<Socket, HttpConnection>();
  #opened = 0;
  /** Requests whose handler runs, or whose response is still being sent. */
  #inFlight = 0;
  /** Resolves when nothing is left; there while the listener drains. */
  #drained: PromiseWithResolvers<void> | undefined;
  /** Connections without a request are not waited for any more. */
  #closesIdle = false;

  constructor(options: HttpConnectionsOptions) {
    this.#options = options;
  }

  /** How many there were so far. */
  get opened(): number {
    return this.#opened;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  of(socket: Socket): HttpConnection | undefined {
    return this.#connections.get(socket);
  }

  add(socket: Socket): void {
    this.#opened++;
    const { lingerMs } = this.#options;
    const connection = new HttpConnection({ socket, lingerMs, answersOnce: this.#answersOnce });
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      connection.cutOff();
      this.#check();
    });
  }

  begun(): void {
    this.#inFlight++;
  }

  ended(connection: HttpConnection, exchange: ServerExchange): void {
    connection.ended(exchange);
    this.#inFlight--;
    this.#check();
  }

  /**
   * From now on each answer is the last on its connection. Connections without a request may still bring one for
   * `idleMs`: a client that has its last answer may have sent the next request before it can know.
   *
   * Resolves when every request is answered, every handler is done, and every connection is closed.
   */
  async drain(idleMs: number): Promise<void> {
    this.#drained = Promise.withResolvers<void>();
    const idleIsOver = setTimeout(() => {
      this.#closesIdle = true;
      this.#check();
    }, idleMs);
    this.#check();
    await this.#drained.promise;
    clearTimeout(idleIsOver);
  }

  /** Gives up everything that is in progress. */
  cutOff(): void {
    for (const connection of this.#connections.values()) connection.cutOff();
  }

  #check(): void {
    if (this.#drained === undefined) return;
    if (this.#closesIdle) this.#closeIdle();
    if (this.#inFlight === 0 && this.#connections.size === 0) this.#drained.resolve();
  }

  #closeIdle(): void {
    // Node knows which connections are between two requests.
    this.#options.server.closeIdleConnections();
    for (const [socket, connection] of this.#connections) {
      if (socket.destroyed || connection.isBusy) continue;
      if (connection.closeIdle(STOPPING)) this.#options.refused(STOPPING, socket);
    }
  }

  readonly #answersOnce = (): boolean => this.#drained !== undefined || !this.#options.keepsConnections;
}

const STOPPING: Refusal = {
  status: 503,
  reason: 'stopping',
  text: 'this listener had to close before the head of the request was complete: send the request again',
};
