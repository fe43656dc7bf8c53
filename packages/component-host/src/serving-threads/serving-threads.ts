import { setTimeout as delay } from 'node:timers/promises';
import { describeError, type Logger, type TelemetryIntake } from '@wasmlattice/telemetry';
import { monotonicMs } from '@wasmlattice/wasm-runtime';
import { codeLimits, type PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import type { CodeBytes } from '../code/code-store.js';
import type { ComponentStart, ConfigEntries, LinkRow, SecretEntries } from '../component-record.js';
import type { ClientProvider } from '../http/client-provider.js';
import type { DecideForComponent, InvocationDecision, InvokedFunction } from '../policy/invocation-gate.js';
import type { ListenerAddress, ServingThreadSettings } from '../thread/messages.js';
import { startThread, type ThreadClient, ThreadExitedError } from '../thread/thread-client.js';
import type { ThreadNotice } from '../thread/thread-notice.js';
import type { WatchedBatch } from '../thread/watched-batch.js';
import type { ProcessShare } from './process-share.js';
import { ServedComponent } from './served-component.js';
import type { ServedFigures } from './served-figures.js';
import { type ListenerHandle, ThreadAddresses } from './thread-addresses.js';
import { findOverdue } from './watchdog.js';

/** A component that the threads serve, whatever becomes of single threads. */
export interface ServedComponentHandle {
  scale(maxInstances: number): void;
  setLinks(links: readonly LinkRow[]): void;
  setConfig(config: ConfigEntries): void;
  /** Replaces all secrets that its guests may have. */
  setSecrets(secrets: SecretEntries): void;
  /** The component as it was given. */
  readBytes(): Promise<CodeBytes>;
  /** Resolves once every thread knows what it was told so far, but for those that a guest holds. */
  settled(): Promise<void>;
  /** What came of its invocations, and what it has in flight. */
  figures(): Promise<ServedFigures>;
  /** Completes what is in flight for at most `graceMs`; safe to call twice. */
  stop(graceMs: number): Promise<void>;
}

export interface ServingThreadsOptions {
  readonly data: ServingThreadSettings;
  /** What the threads have in common with other groups of the process. Its maker closes it, after them. */
  readonly share: ProcessShare;
  /** How many threads serve, at least 1. */
  readonly threads: number;
  /** Whether several threads may listen at one address (`SO_REUSEPORT`); else only the first one does. */
  readonly reusePort: boolean;
  readonly logger: Logger;
  /** Takes what a thread measures; one for each thread. */
  readonly intake?: () => TelemetryIntake;
  /** Takes what threads log, call and record while somebody wants that. */
  readonly onWatched?: ((watched: WatchedBatch) => void) | undefined;
  /** Decides about calls, where `data` has that they are asked for. */
  readonly decide?: DecideForComponent | undefined;
  /** Starts a thread; another one in tests. */
  readonly startThread?: typeof startThread;
  readonly watch?: {
    /** How often the threads are looked at, in ms. */
    readonly intervalMs?: number;
    /** How long a thread may take to answer before it is held to be stuck, in ms. */
    readonly answerMs?: number;
    /** How often a thread is told again to listen where it could not, in ms. */
    readonly listenMs?: number;
  };
}

/** A thread's place; the thread in it may be replaced. */
interface Place {
  readonly index: number;
  /** The one that the thread has in its process. */
  readonly number: number;
  /** `undefined` while a thread is started. */
  thread: ThreadClient | undefined;
  /** Settles when a thread is there, with all it has to serve. */
  filled: Promise<void>;
  /** When its last thread was started, by `monotonicMs`. */
  startedAt: number;
  /** It is being asked whether it still takes orders. */
  isSuspect: boolean;
}

/** A thread that ended so soon after its start is replaced only after as long a wait, in ms: it may be that none lives longer. */
const retryMs = 1_000;
/** How long nobody minds a thread that takes no orders, since a guest holds it, in ms. It obeys when it can, or is replaced. */
const lateMs = 1_000;
/** Added to the time that invocations have to end: until then a thread has obeyed, or was ended. */
const stopMarginMs = 2_000;
const defaultWatchMs = 250;
const defaultAnswerMs = 500;

/**
 * A group of serving threads, all alike: each serves all components of the group and listens at all its addresses. A thread that
 * ends is replaced at once while the others go on; one that a guest holds beyond its deadline is ended.
 */
export class ServingThreads {
  readonly #options: ServingThreadsOptions;
  readonly #places: Place[];
  /** By generation, those that are being stopped included: calls may run of all. */
  readonly #components = new Map<number, ServedComponent>();
  readonly #addresses: ThreadAddresses;
  readonly #clients = new Map<string, ClientProvider>();
  readonly #watch: NodeJS.Timeout;
  #generations = 0;
  #closed: Promise<void> | undefined;

  private constructor(options: ServingThreadsOptions) {
    this.#options = options;
    const numbers = options.share.takeNumbers(options.threads);
    this.#places = numbers.map((number, index) => ({
      index,
      number,
      thread: undefined,
      filled: Promise.resolve(),
      startedAt: 0,
      isSuspect: false,
    }));
    this.#addresses = new ThreadAddresses({
      reusePort: options.reusePort,
      threads: {
        count: options.threads,
        at: (place) => this.#places[place]?.thread,
        each: (ask, withinMs) => this.#each(ask, withinMs),
      },
      stopMarginMs,
      listenMs: options.watch?.listenMs,
      logger: options.logger,
    });
    this.#watch = setInterval(() => this.#look(), options.watch?.intervalMs ?? defaultWatchMs);
    this.#watch.unref();
  }

  /**
   * @throws ThreadExitedError when a thread can't be started
   * @throws NoThreadLeftError
   */
  static async start(options: ServingThreadsOptions): Promise<ServingThreads> {
    const threads = new ServingThreads(options);
    try {
      await Promise.all(threads.#places.map((place) => threads.#fill(place)));
    } catch (error) {
      await threads.close(0);
      throw error;
    }
    return threads;
  }

  /**
   * Resolves once every thread serves the component, instead of an earlier start of it, which then is to be stopped. One that a guest
   * holds follows when it can.
   *
   * @param fetchAgain gets the bytes from where they came from, should the disk lose them
   * @throws what keeps the component from running, as far as an error can cross threads
   */
  async serve(start: ComponentStart, fetchAgain?: () => Promise<CodeBytes>): Promise<ServedComponentHandle> {
    const { share } = this.#options;
    const { bytes, ...plan } = start;
    const code = await share.code.lease(start.componentId, bytes, codeLimits(start.limits), fetchAgain);
    const component = new ServedComponent({
      generation: ++this.#generations,
      start: plan,
      code,
      threads: this.#places.length,
      allocator: share.allocator,
    });
    const { generation } = component;
    this.#components.set(generation, component);
    try {
      await this.#startEverywhere(component);
    } catch (error) {
      await this.#stop(component, 0);
      throw error;
    }
    component.isAccepted = true;
    code.usedBy({ calledAt: () => component.calledAt(), park: () => this.#park(generation) });
    let stopped: Promise<void> | undefined;
    return {
      scale: (maxInstances) => {
        component.scale(maxInstances);
        for (const { thread } of this.#places) thread?.scale(generation, maxInstances);
      },
      setLinks: (links) => {
        component.setLinks(links);
        for (const { thread } of this.#places) thread?.setLinks(generation, links);
      },
      setConfig: (config) => {
        component.setConfig(config);
        for (const { thread } of this.#places) thread?.setConfig(generation, config);
      },
      setSecrets: (secrets) => {
        component.setSecrets(secrets);
        for (const { thread } of this.#places) thread?.setSecrets(generation, secrets);
      },
      readBytes: () => code.readBytes(),
      settled: () => this.#each((thread) => thread.settled()),
      figures: () => Promise.resolve(component.figures()),
      stop: (graceMs) => {
        stopped ??= this.#stop(component, graceMs);
        return stopped;
      },
    };
  }

  /**
   * Listens for components, whether they run or not: the address belongs to the threads. One that can't listen leaves it to the
   * others, which the log tells.
   *
   * @throws HttpAddressError, NoHttpHandlerError, HttpListenError
   */
  listen(wanted: Omit<ListenerAddress, 'listener' | 'reusePort'>): Promise<ListenerHandle> {
    return this.#addresses.listen(wanted);
  }

  /**
   * Serves as that HTTP client until the returned function is called, which resolves once requests in progress are over.
   *
   * @throws what keeps a thread from serving
   */
  async serveClient(provider: ClientProvider): Promise<() => Promise<void>> {
    const { providerId } = provider;
    this.#clients.set(providerId, provider);
    const stop = async (): Promise<void> => {
      this.#clients.delete(providerId);
      await this.#each((thread) => thread.stopClient(providerId));
    };
    try {
      await this.#each((thread) => thread.serveClient(provider));
    } catch (error) {
      await stop();
      throw error;
    }
    return stop;
  }

  notify(notice: ThreadNotice): void {
    for (const { thread } of this.#places) thread?.notify(notice);
  }

  /** Completes what is in flight for at most `graceMs`, then the threads end; safe to call twice. */
  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    clearInterval(this.#watch);
    this.#addresses.close();
    await Promise.allSettled(this.#places.map(({ filled }) => filled));
    await Promise.all(this.#places.map(({ thread }) => thread?.close(graceMs)));
    this.#options.share.giveNumbers(this.#places.map(({ number }) => number));
  }

  /** A thread that a guest holds takes the component in when it can; the others serve it meanwhile. */
  async #startEverywhere(component: ServedComponent): Promise<void> {
    const starts = this.#places.map((place) => this.#startComponent(place, component));
    const all = Promise.all(starts);
    const first = Promise.any(starts).catch(() => all);
    await Promise.race([all, first.then(() => inTime(all, lateMs))]);
    all.catch((error: unknown) => {
      if (!component.isAccepted) return;
      this.#options.logger.error('a component could not be served by a thread that took it in late', {
        component: component.componentId,
        error,
      });
    });
  }

  /** A thread may end for the sake of another component, so that its successor is asked once more; then it was this one. */
  async #startComponent(place: Place, component: ServedComponent): Promise<void> {
    const ask = async (): Promise<void> => {
      await place.filled;
      if (place.thread === undefined) throw new ThreadExitedError(`serving thread ${place.number} is gone`);
      await place.thread.start(component.recordFor(place.index));
    };
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof ThreadExitedError)) throw error;
      // Its successor knows of what was accepted meanwhile.
      if (!component.isAccepted) await ask();
    }
  }

  async #stop(component: ServedComponent, graceMs: number): Promise<void> {
    // A thread that takes the place of another does without it; until all have let go of it its guests are watched.
    component.isAccepted = false;
    component.stopBy = monotonicMs() + graceMs;
    await this.#each((thread) => thread.stop(component.generation, graceMs), graceMs + stopMarginMs);
    this.#components.delete(component.generation);
    component.code.release();
  }

  /** Whether no thread has the code of that generation any more. */
  async #park(generation: number): Promise<boolean> {
    let isParked = true;
    await this.#each(async (thread) => {
      // One that a guest holds takes no orders; it lets go later.
      if ((await inTime(thread.park(generation), lateMs)) !== true) isParked = false;
    });
    return isParked;
  }

  async #decide(generation: number, invoked: InvokedFunction): Promise<InvocationDecision> {
    const component = this.#components.get(generation);
    const { decide } = this.#options;
    if (component === undefined || decide === undefined) {
      return { permitted: false, message: 'the component was stopped', isFinal: false };
    }
    return await decide(component, invoked);
  }

  async #loadCode(generation: number): Promise<PreparedComponent> {
    const code = this.#components.get(generation)?.code;
    if (code === undefined) throw new Error('the component was stopped before its code was loaded');
    return await code.load();
  }

  /**
   * Asks every thread that is there, and waits for `withinMs` at most. One that ends meanwhile is replaced by one that knows
   * already.
   */
  async #each(
    ask: (thread: ThreadClient, index: number) => Promise<void>,
    withinMs: number = lateMs,
  ): Promise<void> {
    await Promise.all(
      this.#places.map(async ({ thread, index }) => {
        if (thread === undefined) return;
        try {
          await inTime(ask(thread, index), withinMs);
        } catch (error) {
          if (!(error instanceof ThreadExitedError)) throw error;
        }
      }),
    );
  }

  #fill(place: Place, waitMs = 0): Promise<void> {
    const filled = this.#startIn(place, waitMs);
    place.filled = filled;
    // Whoever awaits it hears of a failure; nobody has to.
    filled.catch(() => {});
    return filled;
  }

  async #startIn(place: Place, waitMs: number): Promise<void> {
    const { data, share, intake, onWatched } = this.#options;
    if (waitMs > 0) await delay(waitMs, undefined, { ref: false });
    place.startedAt = monotonicMs();
    const start = this.#options.startThread ?? startThread;
    const budgets = { budgets: share.budgets, thread: place.number };
    const thread = await start(
      { ...data, budgets, clock: share.clockOf(place.number) },
      {
        name: `serving thread ${place.number}`,
        telemetry: intake?.(),
        onWatched,
        loadCode: (generation) => this.#loadCode(generation),
        decide: (generation, invoked) => this.#decide(generation, invoked),
      },
    );
    share.beginThread(place.number);
    place.thread = thread;
    place.isSuspect = false;
    void thread.exited.then(({ expected, reason }) => {
      place.thread = undefined;
      for (const component of this.#components.values()) component.reclaim(place.index);
      share.endThread(place.number);
      if (!expected) this.#replace(place, reason);
    });
    await this.#bringUpToDate(thread, place.index);
  }

  /** Tells a new thread what the others serve. What fails there is logged: the others go on with it. */
  async #bringUpToDate(thread: ThreadClient, index: number): Promise<void> {
    const { logger } = this.#options;
    await Promise.all([
      ...[...this.#components.values()].filter(isAccepted).map((component) =>
        thread.start(component.recordFor(index)).catch((error: unknown) => {
          if (error instanceof ThreadExitedError) return;
          logger.error('a component could not be served by a new thread', {
            component: component.componentId,
            error,
          });
        }),
      ),
      ...[...this.#clients.values()].map((provider) =>
        thread.serveClient(provider).catch((error: unknown) => {
          if (error instanceof ThreadExitedError) return;
          logger.error('a new thread can not serve as an HTTP client', {
            provider: provider.providerId,
            error,
          });
        }),
      ),
      this.#addresses.tell(thread, index),
    ]);
  }

  #replace(place: Place, reason: string): void {
    if (this.#closed !== undefined) return;
    const { logger } = this.#options;
    logger.error('a serving thread ended and is replaced; what ran in it has failed', {
      thread: place.number,
      reason,
    });
    const wait = monotonicMs() - place.startedAt < retryMs ? retryMs : 0;
    this.#fill(place, wait).catch((error: unknown) => {
      if (this.#closed !== undefined) return;
      this.#replace(place, `it could not be started: ${describeError(error)}`);
    });
  }

  /** A thread with an invocation over its time is asked for an answer: a timer of its own would have ended one that waits. */
  #look(): void {
    const now = monotonicMs();
    for (const place of this.#places) {
      const { thread, index } = place;
      if (thread === undefined || place.isSuspect) continue;
      const overdue = findOverdue(this.#components.values(), index, now);
      if (overdue === undefined) continue;
      place.isSuspect = true;
      const { componentId } = overdue.component;
      const verdict = setTimeout(() => {
        const ranMs = Math.round(overdue.runningMs + (monotonicMs() - now));
        void thread.terminate(
          `an invocation of component '${componentId}' ran ${ranMs} ms without yielding; ${overdue.limit}`,
        );
      }, this.#options.watch?.answerMs ?? defaultAnswerMs);
      void thread.settled().then(() => {
        clearTimeout(verdict);
        place.isSuspect = false;
      });
    }
  }
}

/** What the work gives, or `undefined` when that takes longer; what comes after is of no interest any more. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined).unref();
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isAccepted(component: ServedComponent): boolean {
  return component.isAccepted;
}
