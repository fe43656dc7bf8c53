import type { Logger } from '@wasmlattice/telemetry';
import type { TlsMaterial } from '../http/listener-options.js';
import type { HttpRoute } from '../http/routes.js';
import type { ListenerAddress } from '../thread/messages.js';
import { type ThreadClient, ThreadExitedError } from '../thread/thread-client.js';
import { claimAddress } from './claim-address.js';
import { DeafThreads } from './deaf-threads.js';

/** An address at which the threads listen. */
export interface ListenerHandle {
  /** The one asked for, or the free one that was found for 0. */
  readonly port: number;
  /**
   * Answers a part of the requests with a component; resolves once every thread does. One of the same id is replaced without a gap.
   *
   * @throws NoHttpHandlerError
   */
  setRoute(route: HttpRoute): Promise<void>;
  /** An unknown one is fine. */
  deleteRoute(route: string): Promise<void>;
  /** Another certificate for connections from now on. */
  setTls(tls: TlsMaterial): Promise<void>;
  /** Which threads can't listen there, and why; `undefined` when all do. They are told again and again. */
  trouble(): string | undefined;
  /** Requests in progress have `graceMs` to finish; safe to call twice. */
  close(graceMs: number): Promise<void>;
}

export interface ThreadAddressesOptions {
  /** Whether several threads may listen at one address; else only the first one does. */
  readonly reusePort: boolean;
  readonly threads: {
    readonly count: number;
    /** `undefined` while a thread is started. */
    at(place: number): ThreadClient | undefined;
    /** Asks all that are there, and waits for `withinMs` at most; what fails in one that ends is no failure. */
    each(ask: (thread: ThreadClient, place: number) => Promise<void>, withinMs?: number): Promise<void>;
  };
  /** What a thread may take beyond the time that requests have to finish, in ms. */
  readonly stopMarginMs: number;
  /** How often a thread is told again to listen where it could not, in ms. */
  readonly listenMs?: number | undefined;
  readonly logger: Logger;
}

/** The program that holds an address may take a while to end. */
const defaultListenMs = 5_000;

/**
 * The addresses at which threads listen for components, whether these run or not: an address belongs to the threads. One that can't
 * listen leaves it to the others, and tries again.
 */
export class ThreadAddresses {
  readonly #options: ThreadAddressesOptions;
  readonly #listeners = new Map<string, ListenerAddress>();
  readonly #deaf = new DeafThreads();
  readonly #listeningAgain: NodeJS.Timeout;
  #listenerIds = 0;

  constructor(options: ThreadAddressesOptions) {
    this.#options = options;
    this.#listeningAgain = setInterval(() => this.#listenAgain(), options.listenMs ?? defaultListenMs);
    this.#listeningAgain.unref();
  }

  /** @throws HttpAddressError, NoHttpHandlerError, HttpListenError */
  async listen(wanted: Omit<ListenerAddress, 'listener' | 'reusePort'>): Promise<ListenerHandle> {
    const { reusePort, threads, stopMarginMs } = this.#options;
    const claimed = await claimAddress(wanted.host, wanted.port);
    const listener = String(++this.#listenerIds);
    const address = { ...wanted, port: claimed.port, listener, reusePort };
    this.#listeners.set(listener, address);
    const unlisten = async (graceMs: number): Promise<void> => {
      this.#listeners.delete(listener);
      this.#deaf.forget(listener);
      try {
        await threads.each((thread) => thread.unlisten(listener, graceMs), graceMs + stopMarginMs);
      } finally {
        // A thread that is late gives its address up all the same: others must not be told that it is taken.
        await claimed.release();
      }
    };
    const failures = await this.#listenInAll(address);
    if (failures.length === this.#listening) {
      await unlisten(0);
      throw failures[0]?.error;
    }
    for (const { place, error } of failures) {
      this.#options.logger.error('a serving thread can not listen at an address; the others do', {
        thread: place,
        address: `${address.host}:${address.port}`,
        error,
      });
    }
    let closed: Promise<void> | undefined;
    return {
      port: address.port,
      setRoute: (route) => this.#setRoute(listener, route),
      deleteRoute: (route) => this.#deleteRoute(listener, route),
      setTls: (tls) => this.#setTls(listener, tls),
      trouble: () => this.#deaf.describe(listener, this.#listening),
      close(graceMs) {
        closed ??= unlisten(graceMs);
        return closed;
      },
    };
  }

  /** Tells a new thread where the others listen. What fails there is logged. */
  async tell(thread: ThreadClient, place: number): Promise<void> {
    await Promise.all(
      [...this.#listeners.values()].map((address) =>
        this.#listenIn(thread, place, address).catch((error: unknown) => {
          if (error instanceof ThreadExitedError) return;
          this.#options.logger.error('a new thread can not listen', {
            address: `${address.host}:${address.port}`,
            error,
          });
        }),
      ),
    );
  }

  /** No thread is told anything any more; safe to call twice. */
  close(): void {
    clearInterval(this.#listeningAgain);
  }

  /** How many threads are to listen at an address. */
  get #listening(): number {
    return this.#options.reusePort ? this.#options.threads.count : 1;
  }

  /** @returns the threads that can't */
  async #listenInAll(
    address: ListenerAddress,
  ): Promise<{ readonly place: number; readonly error: unknown }[]> {
    const failures: { place: number; error: unknown }[] = [];
    await this.#options.threads.each(async (thread, place) => {
      try {
        await this.#listenIn(thread, place, address);
      } catch (error) {
        if (error instanceof ThreadExitedError) throw error;
        failures.push({ place, error });
      }
    });
    return failures;
  }

  async #listenIn(thread: ThreadClient, place: number, address: ListenerAddress): Promise<void> {
    if (!address.reusePort && place !== 0) return;
    const { listener } = address;
    try {
      await thread.listen(address);
    } catch (error) {
      if (!(error instanceof ThreadExitedError) && this.#listeners.has(listener)) {
        this.#deaf.add(listener, place, error);
      }
      throw error;
    }
    if (!this.#deaf.delete(listener, place)) return;
    this.#options.logger.info('a serving thread listens at an address where it could not', {
      thread: place,
      address: `${address.host}:${address.port}`,
    });
  }

  /** What was in the way may be gone. */
  #listenAgain(): void {
    for (const [listener, place] of [...this.#deaf]) {
      const address = this.#listeners.get(listener);
      const thread = this.#options.threads.at(place);
      // Whoever asks for the trouble learns of it; the log told it before.
      if (address !== undefined && thread !== undefined)
        this.#listenIn(thread, place, address).catch(() => {});
    }
  }

  async #setRoute(listener: string, route: HttpRoute): Promise<void> {
    const before = this.#listeners.get(listener);
    if (before === undefined) return;
    const others = before.routes.filter((known) => known.route !== route.route);
    this.#listeners.set(listener, { ...before, routes: [...others, route] });
    try {
      await this.#options.threads.each((thread) => thread.route(listener, route));
    } catch (error) {
      await this.#deleteRoute(listener, route.route);
      throw error;
    }
  }

  async #setTls(listener: string, tls: TlsMaterial): Promise<void> {
    const before = this.#listeners.get(listener);
    if (before === undefined) return;
    this.#listeners.set(listener, { ...before, tls });
    await this.#options.threads.each((thread) => thread.setTls(listener, tls));
  }

  async #deleteRoute(listener: string, route: string): Promise<void> {
    const before = this.#listeners.get(listener);
    if (before === undefined) return;
    const routes = before.routes.filter((known) => known.route !== route);
    this.#listeners.set(listener, { ...before, routes });
    await this.#options.threads.each((thread) => thread.unroute(listener, route));
  }
}
