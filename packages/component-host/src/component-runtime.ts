import type { ThreadCaptures } from '@wasmlattice/capture/recorder';
import type { Server } from '@wasmlattice/rpc';
import { type Logger, noopLogger, noopMeter, type Redactor, shownSecret } from '@wasmlattice/telemetry';
import {
  createComponentCells,
  createFigureWriter,
  describeLimit,
  type FairTurns,
  GuestLimits,
  type GuestTime,
  InstancePool,
  isFirstUnfinishedBody,
  keptWriter,
  type Limits,
  LogGate,
  limitAdvice,
  linkImports,
  type StackBudget,
  type ThreadCells,
} from '@wasmlattice/wasm-runtime';
import {
  type CompiledComponent,
  createEngine,
  type Engine,
  type PreparedComponent,
  preparedTypes,
} from '@wasmlattice/wasm-runtime/engines';
import { hostInterfaces, unavailableInterfaces } from '@wasmlattice/wasm-runtime/host-functions';
import { LazyComponent } from './code/lazy-component.js';
import type { ConfigEntries, LinkRow, SecretEntries } from './component-record.js';
import { componentExports, serveExports, servesAnything } from './exports/served-exports.js';
import { typedFailures } from './exports/typed-failures.js';
import { createHttpHandler } from './http/http-handler.js';
import { trapShownFor } from './http/shown-trap.js';
import { createInvocationClock } from './invocation/invocation-clock.js';
import { createInvocationRunner } from './invocation/invocation-runner.js';
import { OverdueError } from './invocation/overdue-error.js';
import { askHolder, createOwner, KeptInstances, ownerTarget, serveHolder } from './kept-instances/index.js';
import { type CallTransports, createOutgoingCalls } from './outgoing-calls/outgoing-calls.js';
import type { OwnHttpClient } from './outgoing-calls/own-http-client.js';
import type { InvocationGate } from './policy/invocation-gate.js';
import { policedHttp } from './policy/policed-http.js';
import { policedServer } from './policy/policed-server.js';
import type { ThreadExports } from './same-host/thread-exports.js';
import {
  createComponentTelemetry,
  noRuntimeTelemetry,
  type RuntimeTelemetry,
} from './telemetry/component-telemetry.js';
import type { HttpHandler, HttpRequestHandler } from './telemetry/observe-http.js';
import { TrapLog } from './telemetry/trap-log.js';

export interface ComponentRuntimeOptions {
  readonly componentId: string;
  /** Its code; {@link ComponentRuntimeOptions.engine} has to be able to load it. Without its code if `loadCode` gets that. */
  readonly prepared: PreparedComponent;
  /** Gets the code when it is first called, and again after it was parked. */
  readonly loadCode?: () => Promise<PreparedComponent>;
  /** Where calls of the component go. */
  readonly transports: Omit<CallTransports, 'httpClient'>;
  /** Takes its HTTP requests that no link names a target of; closed with the runtime. Absent: they need a link. */
  readonly httpClient?: OwnHttpClient | undefined;
  /** Takes what the component exports; asked only if it exports anything. */
  readonly server: () => Promise<Server>;
  /** Decides who may call it; absent: everybody may. */
  readonly gate?: InvocationGate | undefined;
  /** Where components of the same thread find each other. */
  readonly threadExports?: ThreadExports;
  /** Puts itself between what is served and all who call it, in this thread and outside. */
  readonly divide?: ((server: Server) => Server) | undefined;
  /** By default one without a cache. */
  readonly engine?: Engine;
  /** Invocations that may run at once, 1 by default. */
  readonly maxInstances?: number;
  /**
   * Shared with the runtimes of the component in other threads: together they keep to the limit that it holds, in place of
   * `maxInstances`. The start of the oldest invocation is told there, too.
   */
  readonly cells?: ThreadCells;
  /** Room for the stacks of guests in the process; {@link ComponentRuntimeOptions.engine} has that for their memories. */
  readonly budgets?: StackBudget;
  /** What its guests may take, where that is not the default. */
  readonly limits?: Partial<Limits>;
  readonly links?: readonly LinkRow[];
  readonly config?: ConfigEntries;
  readonly secrets?: SecretEntries;
  /** Learns the values of the secrets: what the logger and the telemetry write must not have them. */
  readonly redactor?: Pick<Redactor, 'add'>;
  /** Tells when invocations are to be recorded; absent: they never are. */
  readonly captures?: Pick<ThreadCaptures, 'follow'> | undefined;
  /**
   * Whether HTTP clients see why a guest trapped, with its backtrace and its stderr, and traces what was sent and received: for development.
   * By default not.
   */
  readonly showsTraps?: boolean;
  /** The time of the thread and its turns: guests of all its components compute on it. */
  readonly time?: ThreadTime;
  readonly logger?: Logger;
  /** Where spans and measurements go; nowhere by default. */
  readonly telemetry?: RuntimeTelemetry;
  /** Name the component in metrics. */
  readonly labels?: { readonly imageRef: string; readonly lattice: string; readonly hostId: string };
}

/** What the components of a thread share of its time. */
export interface ThreadTime {
  readonly guests: GuestTime;
  readonly turns: FairTurns;
}

/** One component in one thread: its code, its instances and its links. */
export interface ComponentRuntime {
  readonly componentId: string;
  /** Answers HTTP requests; `undefined` for a component that does not export `wasi:http/incoming-handler`. */
  readonly http: HttpRequestHandler | undefined;
  scale(maxInstances: number): void;
  /** Lets go of its code if nothing runs or waits; false when something does. */
  park(): boolean;
  setLinks(links: readonly LinkRow[]): void;
  setConfig(config: ConfigEntries): void;
  setSecrets(secrets: SecretEntries): void;
  /** Takes no further call, completes what is in flight for at most `graceMs`; safe to call twice. */
  close(graceMs: number): Promise<void>;
}

const noLabels = { imageRef: '', lattice: '', hostId: '' };

/**
 * Loads the component, links its imports and serves its exports.
 *
 * @throws MissingImportError, UnfitPreparedComponentError
 */
export async function createComponentRuntime(options: ComponentRuntimeOptions): Promise<ComponentRuntime> {
  const { componentId, prepared, transports, httpClient, threadExports, budgets } = options;
  const { maxInstances = 1 } = options;
  const limits = new GuestLimits(componentId, options.limits);
  const maxExecutionMs = limits.values['execution-time'];
  const { logger = noopLogger, telemetry = noRuntimeTelemetry, labels = noLabels } = options;
  const account = options.time?.guests.account();
  const cells = options.cells ?? {
    cells: createComponentCells({ limit: maxInstances, threads: 1 }),
    thread: 0,
  };
  const observe = createComponentTelemetry({
    telemetry,
    component: { componentId, ...labels },
    showsExchanges: options.showsTraps,
  });
  const figures = createFigureWriter(cells.cells.figures, cells.thread);
  const onOver = (ms: number, isOk: boolean): void => {
    figures.over(ms, isOk);
    if (account !== undefined) figures.computed(account.ms);
  };

  const types = preparedTypes(prepared);
  const linkage = linkImports(types, {
    component: componentId,
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  const exports = componentExports(types, logger);
  const engine = options.engine ?? createEngine({ logger: logger.named('engine') });
  const load = (code: PreparedComponent): CompiledComponent =>
    engine.load(code, { component: componentId, suspends: linkage.suspends });
  const { loadCode } = options;
  const compiled =
    loadCode === undefined ? load(prepared) : new LazyComponent(types, async () => load(await loadCode()));
  const pool = new InstancePool({
    component: componentId,
    compiled,
    linkage,
    maxInstances,
    maxExecutionMs,
    limits,
    onExceeded: (limit) => observedPool.exceeded(limit),
    onOver,
    cells,
    budgets,
    clock: account,
    turns: account && options.time?.turns.share(account),
    onWaited: (ms) => observedPool.waited(ms),
  });
  const observedPool = observe.pool(pool);
  const member = createOwner();
  const router = createOutgoingCalls({
    componentId,
    member,
    links: options.links ?? [],
    telemetry: observe,
    transports: { ...transports, httpClient: httpClient?.invoker },
    logger,
  });
  const clock = createInvocationClock(cells, {
    // Who measures nothing need not ask the system what a core gave.
    onEnd:
      account === undefined || telemetry.meter === noopMeter
        ? undefined
        : () => observedPool.computed(account.takeCpuMs()),
  });
  const logGate = new LogGate({
    perSecond: limits.values['log-rate'],
    onDropped(records) {
      observedPool.exceeded('log-rate');
      logger.warn('the component logs more than it may; records of it were dropped', {
        records,
        limit: describeLimit('log-rate', limits.values['log-rate']),
        advice: limitAdvice('log-rate'),
      });
    },
  });
  const traps = new TrapLog({ componentId, logger });
  const { redactor, secrets = [] } = options;
  redactor?.add(secrets.map(([, secret]) => shownSecret(secret)));
  const { run, setConfig, setSecrets, setCapture } = createInvocationRunner({
    componentId,
    config: options.config ?? [],
    secrets,
    pool: observedPool,
    router,
    clock,
    limits,
    logGate,
    traps,
    logger,
  });
  const unfollowCaptures = options.captures?.follow(componentId, setCapture);
  const onUnfinishedBody = (): void => {
    if (!isFirstUnfinishedBody(cells.cells)) return;
    logger.warn(
      `component ${componentId} returned without finishing a response body; the host ends it: have the guest call outgoing-body.finish, or in WASI 0.3 drop the end of the stream that it writes to`,
      { component: componentId },
    );
  };
  const keptInstances = new KeptInstances({
    componentId,
    owner: member,
    askHolder: (holder) => askHolder(transports.lattice, holder),
    ownResources: exports.custom.ownResources,
    run: (headers, signal, work) => run(headers, signal, work, { isKept: true }),
    startClock() {
      const begun = performance.now();
      const stop = clock.start();
      return () => {
        stop();
        onOver(performance.now() - begun, true);
      };
    },
    maxExecutionMs,
    logger,
    onKept: keptWriter(cells),
  });
  const observedInstances = observe.keptInstances(keptInstances);
  const holder = linkage.holdsResources
    ? await serveHolder(await options.server(), ownerTarget(componentId, member))
    : undefined;
  const served = !servesAnything(exports)
    ? []
    : await serveExports({
        componentId,
        exports,
        server: policed(
          observe.server(typedFailures(componentId, divided(inThread(await options.server())))),
        ),
        run,
        keptInstances,
        onUnfinishedBody,
      });

  function policed(server: Server): Server {
    return options.gate === undefined ? server : policedServer(server, options.gate, componentId);
  }

  function policedRequests(exportId: string): HttpHandler {
    const { gate } = options;
    const showTrap = options.showsTraps === true ? trapShownFor(labels.imageRef) : undefined;
    const handle = createHttpHandler({ componentId, exportId, run, onUnfinishedBody, showTrap });
    return gate === undefined ? handle : policedHttp(handle, gate, componentId);
  }

  function divided(server: Server): Server {
    return options.divide?.(server) ?? server;
  }

  function inThread(outside: Server): Server {
    return threadExports?.serverOf({ hasFreePermit: () => pool.hasFreePermit, logger }, outside) ?? outside;
  }

  const close = async (graceMs: number): Promise<void> => {
    const overdue = new AbortController();
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      overdue.abort(new OverdueError(componentId, graceMs));
      resolve();
    }, graceMs);
    const closing = Promise.all(served.map((each) => each.close()));
    // The pool stays open for what was accepted already; what is overdue ends with it.
    await Promise.race([closing, deadline]);
    await pool.close({ signal: overdue.signal });
    clearTimeout(timer);
    compiled.dispose?.();
    await closing;
    httpClient?.close();
    // Until then its guests hold resources of others.
    await holder?.close();
    unfollowCaptures?.();
    logGate.close();
    traps.close();
    observedPool.close();
    observedInstances.close();
  };
  let closed: Promise<void> | undefined;

  return {
    componentId,
    http: exports.http === undefined ? undefined : observe.http(policedRequests(exports.http)),
    scale(limit) {
      pool.resize(limit);
      observedPool.limited(limit);
    },
    park() {
      const { active, waiting } = pool.stats;
      if (active > 0 || waiting > 0 || !(compiled instanceof LazyComponent)) return false;
      compiled.park();
      return true;
    },
    setLinks: router.setLinks,
    setConfig,
    setSecrets(entries) {
      redactor?.add(entries.map(([, secret]) => shownSecret(secret)));
      setSecrets(entries);
    },
    close(graceMs) {
      closed ??= close(graceMs);
      return closed;
    },
  };
}
