import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Works as it should, takes its time, or is not there. */
type WireState =
  | { readonly tag: 'sound' }
  | { readonly tag: 'slow'; readonly delayMs: number }
  | { readonly tag: 'cut' };

/** What is left to pass before the wire is cut. */
interface Allowance {
  bytes: number;
  readonly spent: PromiseWithResolvers<void>;
}

/**
 * A way to a NATS server that a test lets go wrong: give its `url` to whoever is to notice. It is of TCP, and knows nothing of
 * messages.
 */
export class FaultyWire implements AsyncDisposable {
  /** `nats://127.0.0.1:…`, the near end. */
  readonly url: string;
  readonly #server: Server;
  readonly #far: URL;
  readonly #sockets = new Set<Socket>();
  #state: WireState = { tag: 'sound' };
  #allowance: Allowance | undefined;

  private constructor(server: Server, far: URL) {
    this.#server = server;
    this.#far = far;
    this.url = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (near) => this.#join(near));
  }

  /** @param url `nats://127.0.0.1:4222`, the far end */
  static async to(url: string): Promise<FaultyWire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyWire(server, new URL(url));
  }

  /** What passes, in either direction, is late by so many ms from now on, one piece of up to 64 KiB after the other. */
  slow(delayMs: number): void {
    this.#state = { tag: 'slow', delayMs };
  }

  /** Ends all connections, and each new one at once, until {@link mend}. What is under way is lost. */
  cut(): void {
    this.#state = { tag: 'cut' };
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets `bytes` more leave the near end, and cuts the wire in the middle of what comes then; resolves when that has happened. */
  cutAfter(bytes: number): Promise<void> {
    this.#allowance = { bytes, spent: Promise.withResolvers() };
    return this.#allowance.spent.promise;
  }

  /** As it was at first. Connections that were cut stay so. */
  mend(): void {
    this.#state = { tag: 'sound' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #join(near: Socket): void {
    if (this.#state.tag === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(this.#far.port), this.#far.hostname);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.once('close', () => this.#sockets.delete(socket));
    }
    const ways = [
      pipeline(near, (pieces: AsyncIterable<Buffer>) => this.#leaving(pieces), far),
      pipeline(far, (pieces: AsyncIterable<Buffer>) => this.#passing(pieces), near),
    ];
    // Cut, or given up by one end: then the other learns of it.
    for (const way of ways) {
      way.catch(() => {}).finally(() => [near, far].map((socket) => socket.destroy()));
    }
  }

  async *#leaving(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of this.#passing(pieces)) {
      const allowance = this.#allowance;
      if (allowance === undefined || piece.length <= allowance.bytes) {
        if (allowance !== undefined) allowance.bytes -= piece.length;
        yield piece;
        continue;
      }
      this.#allowance = undefined;
      if (allowance.bytes > 0) yield piece.subarray(0, allowance.bytes);
      this.cut();
      allowance.spent.resolve();
      return;
    }
  }

  async *#passing(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      if (this.#state.tag === 'slow') await delay(this.#state.delayMs);
      yield piece;
    }
  }
}
