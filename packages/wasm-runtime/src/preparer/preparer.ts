import type { ResourceLimits } from 'node:worker_threads';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { EngineOptions } from '../engines/create-engine.js';
import type { PreparedComponent, PrepareOptions, SuspendingImports } from '../engines/engine.js';
import { PreparerClosedError, PrepareThreadError } from './errors.js';
import { PrepareThread } from './prepare-thread.js';

export interface PreparerOptions {
  /** The engine that prepares; by default each component's own, as `createEngine` chooses it. */
  readonly engine?: Pick<EngineOptions, 'choice' | 'cacheDir' | 'memoryReset'>;
  readonly logger?: Logger;
  /**
   * How long the thread waits for more work before it ends, in ms. By default 600,000: it takes 150 ms to start and 24 MB, of which
   * its end gives back 4 (Node.js 26.10).
   */
  readonly idleMs?: number;
  /** Of the thread; by default those of Node.js. Code and its binaries are outside of the heap, which these bound. */
  readonly resourceLimits?: ResourceLimits;
  /** What the thread runs; another program in tests. */
  readonly entry?: URL;
}

export interface PrepareRequest extends PrepareOptions {
  /** By default the imports are linked to the host's own interfaces and to the lattice, which says it. */
  readonly suspending?: SuspendingImports;
  /** Ends the wait, and the work on this component. */
  readonly signal?: AbortSignal;
}

/** Prepares components in a thread that serves nothing, one after the other in the order in which they were asked for. */
export interface Preparer extends AsyncDisposable {
  /**
   * Errors of the thread have the names, messages and causes that they have there, not the classes.
   *
   * @param bytes the component; not copied when it is in shared memory
   * @throws what `Engine.prepare` throws
   * @throws MissingImportError when an import is neither served by the host nor possible over the lattice; not with `suspending`
   * @throws PrepareThreadError when the thread ends while it is at this component; the next one gets a new thread
   * @throws PreparerClosedError after `close`
   * @throws the signal's reason
   */
  prepare(bytes: Uint8Array, request: PrepareRequest): Promise<PreparedComponent>;
  /** Starts the thread if there is none, so that the next component need not wait for that. */
  warm(): void;
  /** Gives up what is not prepared yet and ends the thread; safe to call twice. */
  close(): Promise<void>;
}

/** Nothing is started before the first request, or {@link Preparer.warm}. */
export function createPreparer(options: PreparerOptions = {}): Preparer {
  return new ThreadPreparer(options);
}

const defaultIdleMs = 600_000;

interface Request {
  readonly bytes: Uint8Array;
  readonly options: PrepareOptions;
  readonly result: PromiseWithResolvers<PreparedComponent>;
}

type State =
  /** There is no thread. */
  | { readonly kind: 'off' }
  /** The thread waits for work, until the timer ends it. */
  | { readonly kind: 'idle'; readonly thread: PrepareThread; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'busy'; readonly thread: PrepareThread; readonly request: Request }
  | { readonly kind: 'closed' };

class ThreadPreparer implements Preparer {
  readonly #options: PreparerOptions;
  readonly #waiting: Request[] = [];
  /** Threads that were told to end and have not yet. */
  readonly #ending = new Set<Promise<void>>();
  #state: State = { kind: 'off' };

  constructor(options: PreparerOptions) {
    this.#options = options;
  }

  async prepare(bytes: Uint8Array, { signal, ...options }: PrepareRequest): Promise<PreparedComponent> {
    signal?.throwIfAborted();
    if (this.#state.kind === 'closed') throw new PreparerClosedError(options.component);
    const request: Request = { bytes, options, result: Promise.withResolvers() };
    const onAbort = (): void => this.#abandon(request, signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiting.push(request);
    this.#next();
    try {
      return await request.result.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  warm(): void {
    if (this.#state.kind !== 'off') return;
    try {
      this.#rest(this.#start());
    } catch {
      // The first request says why there is no thread.
    }
  }

  async close(): Promise<void> {
    const { thread, request } = this.#take();
    this.#state = { kind: 'closed' };
    for (const { options, result } of [...(request ? [request] : []), ...this.#waiting.splice(0)]) {
      result.reject(new PreparerClosedError(options.component));
    }
    if (thread !== undefined) this.#end(thread);
    await Promise.all(this.#ending);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Begins what waits longest, unless something is under way. */
  #next(): void {
    while (this.#state.kind === 'off' || this.#state.kind === 'idle') {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      const { thread: idle } = this.#take();
      try {
        const thread = idle === undefined || idle.gone ? this.#start() : idle;
        this.#state = { kind: 'busy', thread, request };
        void this.#run(thread, request);
      } catch (error) {
        request.result.reject(new PrepareThreadError(request.options.component, error));
      }
    }
  }

  #start(): PrepareThread {
    const {
      entry = new URL('./prepare-worker.js', import.meta.url),
      engine = {},
      logger = noopLogger,
      resourceLimits,
    } = this.#options;
    return new PrepareThread({ entry, engine, logger, resourceLimits });
  }

  async #run(thread: PrepareThread, { bytes, options, result }: Request): Promise<void> {
    try {
      result.resolve(await thread.prepare(bytes, options));
    } catch (error) {
      result.reject(error);
    }
    // Otherwise the request was abandoned, and its thread with it.
    if (this.#state.kind !== 'busy' || this.#state.thread !== thread) return;
    if (thread.gone) this.#state = { kind: 'off' };
    else this.#rest(thread);
    this.#next();
  }

  #rest(thread: PrepareThread): void {
    const { idleMs = defaultIdleMs } = this.#options;
    const timer = setTimeout(() => {
      this.#state = { kind: 'off' };
      this.#end(thread);
    }, idleMs);
    timer.unref();
    this.#state = { kind: 'idle', thread, timer };
  }

  #abandon(request: Request, reason: unknown): void {
    request.result.reject(reason);
    const place = this.#waiting.indexOf(request);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
    } else if (this.#state.kind === 'busy' && this.#state.request === request) {
      // Neither V8 nor jco can be asked to stop, and others wait.
      const { thread } = this.#take();
      if (thread !== undefined) this.#end(thread);
      this.#next();
    }
  }

  /** Takes the thread from its state, and what it is at. */
  #take(): { readonly thread?: PrepareThread; readonly request?: Request } {
    const state = this.#state;
    switch (state.kind) {
      case 'off':
      case 'closed':
        return {};
      case 'idle':
        clearTimeout(state.timer);
        this.#state = { kind: 'off' };
        return { thread: state.thread };
      case 'busy':
        this.#state = { kind: 'off' };
        return { thread: state.thread, request: state.request };
    }
  }

  #end(thread: PrepareThread): void {
    const ending = thread.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
