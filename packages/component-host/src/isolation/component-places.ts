import type { LatticeConnectionSettings } from '@wasmlattice/lattice-connection';
import type { Logger, Meter, TelemetryIntake } from '@wasmlattice/telemetry';
import { monotonicMs, type ProcessCeilings, readProcessBudgets } from '@wasmlattice/wasm-runtime';
import { createValidation, type Validation } from '@wasmlattice/wasm-runtime/engines';
import type { CodeBytes } from '../code/code-store.js';
import type { ComponentStart } from '../component-record.js';
import type { ClientProvider } from '../http/client-provider.js';
import type { DecideForComponent } from '../policy/invocation-gate.js';
import { ProcessShare, type ProcessShareOptions } from '../serving-threads/process-share.js';
import {
  type ServedComponentHandle,
  ServingThreads,
  type ServingThreadsOptions,
} from '../serving-threads/serving-threads.js';
import type { ListenerHandle } from '../serving-threads/thread-addresses.js';
import type { ListenerAddress, ServingThreadSettings } from '../thread/messages.js';
import type { ThreadNotice, WatchNotice } from '../thread/thread-notice.js';
import type { WatchedBatch } from '../thread/watched-batch.js';
import { IsolatedProcess } from './isolated-process.js';
import type { IsolationTier } from './isolation-tier.js';
import type { ProcessClientOptions } from './process-client.js';

/** A component, and what it shares with others. */
export interface PlacedStart extends ComponentStart {
  readonly isolation: IsolationTier;
}

export interface ComponentPlacesOptions {
  readonly data: ServingThreadSettings;
  /** How a component with a process of its own connects to the lattice; as all others without it. */
  readonly isolatedRpc?: (componentId: string) => LatticeConnectionSettings;
  /** Where components and their code are kept. */
  readonly cacheDir: string;
  /** See `ProcessShareOptions`. */
  readonly codeBudgetBytes?: number;
  /** How many threads the components share, at least 1. */
  readonly threads: number;
  /** Whether several threads may listen at one address (`SO_REUSEPORT`); else only the first one does. */
  readonly reusePort: boolean;
  /** What all guests of one process may use of it, where it is not what the system says. */
  readonly ceilings?: Partial<ProcessCeilings>;
  readonly logger: Logger;
  /** Takes what is used of the budgets of the process. */
  readonly meter?: Meter;
  /** Decides about calls, where `data` has that they are asked for. */
  readonly decide?: DecideForComponent | undefined;
  /** Takes what a thread measures; one for each thread. */
  readonly intake?: () => TelemetryIntake;
  /**
   * Takes what threads and processes log, call and record after a notice `watch` or `capture`. What comes from a process of its own may be anything, but for its
   * component.
   */
  readonly onWatched?: ((watched: WatchedBatch, componentId?: string) => void) | undefined;
  /** What threads and processes run; others in tests. */
  readonly programs?: Pick<ServingThreadsOptions, 'startThread'> &
    Pick<ProcessShareOptions, 'preparer'> &
    Pick<ProcessClientOptions, 'entry'> & { readonly validation?: Validation };
}

/** The engine of the host does not run in an isolated process. */
export class IsolatedEngineError extends Error {
  override readonly name = 'IsolatedEngineError';

  constructor(componentId: string) {
    super(
      `component '${componentId}' gets no process of its own: engine jco needs threads and a cache, which such a process has not; start the host with --engine direct, or let the component have a thread`,
    );
  }
}

/** Two versions of a component that shares nothing would be in two threads or processes, between which nobody divides calls. */
export class IsolatedCanaryError extends Error {
  override readonly name = 'IsolatedCanaryError';

  constructor(componentId: string, tier: IsolationTier) {
    super(
      `component '${componentId}' has a ${tier} of its own, and no second version beside it: deploy it without a canary`,
    );
  }
}

/** What serves a component that shares nothing, and how that is told what all are told. */
type IsolatedServing = readonly [handle: ServedComponentHandle, notify: (notice: ThreadNotice) => void];

/** Components that may have a thread of their own at a time, two at once while each is replaced. */
const maxIsolatedThreads = 256;

/**
 * Where the components of a host run: on the threads that they share, or each on a thread or in a process of its own. Calls for one
 * that has its own arrive over the lattice, whoever makes them.
 */
export class ComponentPlaces {
  readonly #options: ComponentPlacesOptions;
  readonly #share: ProcessShare;
  readonly #shared: ServingThreads;
  readonly #validation: Validation;
  /** What serves components that share nothing; without it the process would outlive a host that closes early. */
  readonly #isolated = new Set<ServedComponentHandle>();
  /** How those are told what all are told. */
  readonly #notified = new Map<ServedComponentHandle, (notice: ThreadNotice) => void>();
  /** Who comes while somebody looks at something is told, too. */
  readonly #watches = new Map<
    WatchNotice['what'],
    { readonly notice: WatchNotice; readonly until: number }
  >();

  private constructor(options: ComponentPlacesOptions, share: ProcessShare, shared: ServingThreads) {
    this.#options = options;
    this.#share = share;
    this.#shared = shared;
    const { cacheDir, logger, programs } = options;
    this.#validation = programs?.validation ?? createValidation({ cacheDir, logger });
  }

  /** @throws ThreadExitedError when a shared thread can't be started */
  static async start(options: ComponentPlacesOptions): Promise<ComponentPlaces> {
    const { data, threads, ceilings, logger, meter, programs } = options;
    const share = new ProcessShare({
      threads,
      furtherThreads: maxIsolatedThreads,
      engine: { choice: data.engine, ...(data.memoryReset && { memoryReset: data.memoryReset }) },
      cacheDir: options.cacheDir,
      ...(options.codeBudgetBytes !== undefined && { codeBudgetBytes: options.codeBudgetBytes }),
      logger,
      ...(ceilings && { ceilings }),
      ...(meter && { meter }),
      ...(programs?.preparer && { preparer: programs.preparer }),
    });
    try {
      return new ComponentPlaces(options, share, await startGroup(options, { share, threads, logger }));
    } catch (error) {
      await share.close();
      throw error;
    }
  }

  /**
   * Resolves once the component is served, instead of an earlier start of it, which then is to be stopped. Calls may reach either
   * until then, wherever the two run.
   *
   * @param fetchAgain gets the bytes from where they came from, should the disk lose them
   * @throws what keeps the component from running, as far as an error can cross threads and processes
   * @throws NoThreadLeftError, IsolatedProcessExitedError, IsolatedEngineError, IsolatedCanaryError
   */
  async serve(
    { isolation, ...start }: PlacedStart,
    fetchAgain?: () => Promise<CodeBytes>,
  ): Promise<ServedComponentHandle> {
    if (start.canary !== undefined && isolation !== 'shared') {
      throw new IsolatedCanaryError(start.componentId, isolation);
    }
    switch (isolation) {
      case 'shared':
        return await this.#shared.serve(start, fetchAgain);
      case 'thread':
        return this.#keep(...(await this.#serveOnThread(start, fetchAgain)));
      case 'process':
        return this.#keep(...(await this.#serveInProcess(start)));
    }
  }

  /**
   * Listens for components, whether they run or not, and wherever: the address belongs to the shared threads.
   *
   * @throws HttpAddressError, NoHttpHandlerError, HttpListenError
   */
  listen(wanted: Omit<ListenerAddress, 'listener' | 'reusePort'>): Promise<ListenerHandle> {
    return this.#shared.listen(wanted);
  }

  /** See {@link ServingThreads.serveClient}: the shared threads do. */
  serveClient(provider: ClientProvider): Promise<() => Promise<void>> {
    return this.#shared.serveClient(provider);
  }

  /** What all guests of the host's process use of what there may only be so much of. */
  budgets(): ReturnType<typeof readProcessBudgets> {
    return readProcessBudgets(this.#share.budgets);
  }

  /** How many threads the components share. */
  get threads(): number {
    return this.#options.threads;
  }

  /** Tells all threads and processes that there are now. */
  notify(notice: ThreadNotice): void {
    if (notice.kind === 'watch') {
      this.#watches.set(notice.what, { notice, until: monotonicMs() + notice.forMs });
    }
    this.#shared.notify(notice);
    for (const notify of this.#notified.values()) notify(notice);
  }

  /** Completes what is in flight for at most `graceMs`, then threads and processes end; safe to call twice. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([
      this.#shared.close(graceMs),
      ...[...this.#isolated].map((served) => served.stop(graceMs)),
    ]);
    await this.#share.close();
  }

  async #serveOnThread(
    start: ComponentStart,
    fetchAgain: (() => Promise<CodeBytes>) | undefined,
  ): Promise<IsolatedServing> {
    const group = await startGroup(this.#options, {
      share: this.#share,
      threads: 1,
      logger: this.#options.logger.with({ component: start.componentId }),
    });
    try {
      const served = await group.serve(start, fetchAgain);
      const handle: ServedComponentHandle = {
        ...served,
        stop: async (graceMs) => {
          await served.stop(graceMs);
          await group.close(0);
        },
      };
      return [handle, (notice) => group.notify(notice)];
    } catch (error) {
      await group.close(0);
      throw error;
    }
  }

  async #serveInProcess(start: ComponentStart): Promise<IsolatedServing> {
    const { data, isolatedRpc, logger, intake, onWatched, decide, programs } = this.#options;
    if (data.engine === 'trusted-jco') throw new IsolatedEngineError(start.componentId);
    // Engine jco needs threads, which could do what the process may not, and a cache: what a process has written there could become
    // code of others.
    const settings: ServingThreadSettings = {
      ...data,
      engine: 'direct',
      rpc: isolatedRpc?.(start.componentId) ?? data.rpc,
    };
    // Out here, where the thread for that may be started, and started again.
    await this.#validation.validate(start.bytes, { component: start.componentId });
    const served = await IsolatedProcess.serve(
      {
        settings,
        ceilings: this.#share.ceilings,
        logger,
        intake,
        onWatched: onWatched && ((watched) => onWatched(watched, start.componentId)),
        decide: decide && ((_generation, invoked) => decide(start, invoked)),
        ...(programs?.entry && { entry: programs.entry }),
      },
      start,
    );
    return [served, (notice) => served.notify(notice)];
  }

  #keep(served: ServedComponentHandle, notify: (notice: ThreadNotice) => void): ServedComponentHandle {
    const kept: ServedComponentHandle = {
      scale: (maxInstances) => served.scale(maxInstances),
      setLinks: (links) => served.setLinks(links),
      setConfig: (config) => served.setConfig(config),
      setSecrets: (secrets) => served.setSecrets(secrets),
      readBytes: () => served.readBytes(),
      settled: () => served.settled(),
      figures: () => served.figures(),
      stop: async (graceMs) => {
        await served.stop(graceMs);
        this.#isolated.delete(kept);
        this.#notified.delete(kept);
      },
    };
    this.#isolated.add(kept);
    this.#notified.set(kept, notify);
    for (const { notice, until } of this.#watches.values()) if (until > monotonicMs()) notify(notice);
    return kept;
  }
}

function startGroup(
  { data, reusePort, intake, onWatched, decide, programs }: ComponentPlacesOptions,
  group: Pick<ServingThreadsOptions, 'share' | 'threads' | 'logger'>,
): Promise<ServingThreads> {
  return ServingThreads.start({
    data,
    reusePort,
    ...group,
    ...(intake && { intake }),
    onWatched,
    decide,
    ...(programs?.startThread && { startThread: programs.startThread }),
  });
}
