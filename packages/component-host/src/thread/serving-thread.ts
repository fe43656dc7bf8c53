import type { ThreadCaptures } from '@wasmlattice/capture/recorder';
import type { Server } from '@wasmlattice/rpc';
import { traceInvoker } from '@wasmlattice/rpc/telemetry';
import type { Logger, Redactor } from '@wasmlattice/telemetry';
import { FairTurns, GuestSlices, GuestTime, type StackBudget } from '@wasmlattice/wasm-runtime';
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type PreparedComponent,
} from '@wasmlattice/wasm-runtime/engines';
import type { CanaryCells } from '../canary/canary-cells.js';
import { CanaryExports, ComponentSplit } from '../canary/component-split.js';
import type { ComponentRecord } from '../component-record.js';
import { type ComponentRuntime, createComponentRuntime } from '../component-runtime.js';
import { createLatticeHandler } from '../http/lattice-handler.js';
import { ThreadClients } from '../http/thread-clients.js';
import { type HttpComponent, type HttpTarget, ThreadListeners } from '../http/thread-listeners.js';
import type { CallTransports } from '../outgoing-calls/outgoing-calls.js';
import { createHttpClients, type MakeHttpClient } from '../outgoing-calls/own-http-client.js';
import type { ThreadDecisions } from '../policy/invocation-gate.js';
import { createSameHostCalls } from '../same-host/same-host-calls.js';
import { ThreadExports } from '../same-host/thread-exports.js';
import type { RuntimeTelemetry } from '../telemetry/component-telemetry.js';
import { type HttpRequestHandler, observeHttp } from '../telemetry/observe-http.js';
import type { ServingThreadData } from './messages.js';
import type { RpcClient } from './rpc-client.js';

export interface ServingThreadOptions {
  readonly data: Pick<
    ServingThreadData,
    | 'lattice'
    | 'hostId'
    | 'engine'
    | 'memoryReset'
    | 'sameHostCalls'
    | 'httpTimeoutMs'
    | 'httpClient'
    | 'clock'
    | 'showsTraps'
  >;
  /** The thread's own connection. */
  readonly rpc: Pick<RpcClient, 'invoker' | 'server'>;
  /** Gets the code of a generation. */
  readonly loadCode: (generation: number) => Promise<PreparedComponent>;
  /** Who may call its components; absent: everybody may. */
  readonly decisions?: ThreadDecisions | undefined;
  /** The thread's way to the budgets of the process. */
  readonly budgets: StackBudget & NonNullable<EngineOptions['budgets']>;
  readonly logger: Logger;
  readonly telemetry: RuntimeTelemetry;
  /** What is recorded of its components. */
  readonly captures?: Pick<ThreadCaptures, 'follow'>;
  /** Learns what must not be logged. */
  readonly redactor?: Pick<Redactor, 'add'>;
}

/** A thread that serves many components: each with what it has of its own, all with one connection and one engine. */
export class ServingThread {
  readonly listeners: ThreadListeners;
  readonly clients: ThreadClients;
  readonly #options: ServingThreadOptions;
  readonly #engine: Engine;
  readonly #exports = new ThreadExports();
  readonly #time = { guests: new GuestTime(), turns: new FairTurns() };
  readonly #transports: CallTransports;
  readonly #makeHttpClient: MakeHttpClient | undefined;
  /** In the order of their starts. */
  readonly #generations = new Map<number, ComponentRuntime>();
  /** By component the generation that started last: the one that answers. */
  readonly #current = new Map<string, ComponentRuntime>();
  /** Generations that take a part of the calls of another one. */
  readonly #canaries = new Map<number, { readonly runtime: ComponentRuntime; readonly cells: CanaryCells }>();
  readonly #splits = new Map<string, ComponentSplit>();
  /** Generations that are told to stop before they have started. */
  readonly #starting = new Map<number, Promise<void>>();

  constructor(options: ServingThreadOptions) {
    const { data, rpc, budgets, logger, telemetry } = options;
    this.#options = options;
    this.#engine = createEngine({
      choice: data.engine,
      logger: logger.named('engine'),
      budgets,
      stacks: budgets,
      preemption: new GuestSlices(data.clock),
      ...(data.memoryReset && { memoryReset: data.memoryReset }),
    });
    this.#transports = {
      lattice: rpc.invoker,
      sameHost: createSameHostCalls({
        exports: this.#exports,
        lattice: rpc.invoker,
        meter: telemetry.meter,
      }),
    };
    this.#makeHttpClient = createHttpClients(data.httpClient);
    this.clients = new ThreadClients({
      settings: data.httpClient,
      server: rpc.server,
      logger: logger.named('http-client'),
    });
    this.listeners = new ThreadListeners({
      component: (componentId) => this.#httpComponent(componentId),
      elsewhere: (target) => this.#httpElsewhere(target),
      logger: logger.named('http'),
      meter: telemetry.meter,
    });
  }

  /** Of a generation that has started and was not told to stop. */
  runtime(generation: number): ComponentRuntime | undefined {
    return this.#generations.get(generation) ?? this.#canaries.get(generation)?.runtime;
  }

  /**
   * Resolves once calls for the component arrive here.
   *
   * @throws MissingImportError, UnfitPreparedComponentError, CanaryMismatchError
   */
  async start(component: ComponentRecord): Promise<void> {
    const starting = this.#start(component);
    this.#starting.set(
      component.generation,
      starting.catch(() => {}),
    );
    try {
      await starting;
    } finally {
      this.#starting.delete(component.generation);
    }
  }

  /** Completes what the generation has accepted, for at most `graceMs`; an unknown one is fine. */
  async stop(generation: number, graceMs: number): Promise<void> {
    await this.#starting.get(generation);
    const canary = this.#canaries.get(generation);
    if (canary !== undefined) {
      this.#canaries.delete(generation);
      await this.#endCanary(canary.runtime, canary.cells, graceMs);
      return;
    }
    const runtime = this.#generations.get(generation);
    if (runtime === undefined) return;
    this.#generations.delete(generation);
    this.#succeed(runtime);
    await runtime.close(graceMs);
  }

  /** Completes what is in flight for at most `graceMs`: requests first, since they may call what is served. */
  async close(graceMs: number): Promise<void> {
    const deadline = Date.now() + graceMs;
    await this.listeners.close(graceMs);
    const left = Math.max(0, deadline - Date.now());
    await Promise.all([
      this.clients.close(),
      ...[...this.#canaries.keys(), ...this.#generations.keys()].map((generation) =>
        this.stop(generation, left),
      ),
    ]);
  }

  async #start({ canary, ...record }: ComponentRecord): Promise<void> {
    const { componentId, generation } = record;
    const split = this.#splits.get(componentId) ?? new ComponentSplit(componentId);
    this.#splits.set(componentId, split);
    if (canary === undefined) {
      const runtime = await this.#makeRuntime(record, this.#exports, (server) => split.serverOf(server));
      this.#generations.set(generation, runtime);
      this.#current.set(componentId, runtime);
      return;
    }
    const exports = new CanaryExports(componentId);
    const runtime = await this.#makeRuntime(record, undefined, (server) => exports.serverOf(server));
    try {
      const { http } = runtime;
      split.begin(canary, exports, { http, stableHttp: this.#current.get(componentId)?.http });
    } catch (error) {
      await runtime.close(0);
      throw error;
    }
    this.#canaries.set(generation, { runtime, cells: canary });
  }

  /** All calls go where they went before; those that the canary has may end within `graceMs`. */
  async #endCanary(runtime: ComponentRuntime, cells: CanaryCells, graceMs: number): Promise<void> {
    const ended = this.#splits.get(runtime.componentId)?.end(cells) ?? Promise.resolve();
    const begun = performance.now();
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, graceMs);
    await Promise.race([ended, timer.promise]);
    clearTimeout(timeout);
    await runtime.close(Math.max(0, graceMs - (performance.now() - begun)));
  }

  async #makeRuntime(
    { generation, outline, httpClientAllow, ...component }: Omit<ComponentRecord, 'canary'>,
    threadExports: ThreadExports | undefined,
    divide: (server: Server) => Server,
  ): Promise<ComponentRuntime> {
    const { data, rpc, budgets, redactor, telemetry, loadCode, decisions, captures } = this.#options;
    const { componentId, imageRef } = component;
    const { lattice, hostId } = data;
    const logger = this.#options.logger.with({ component: componentId });
    return await createComponentRuntime({
      ...component,
      prepared: outline,
      loadCode: () => loadCode(generation),
      gate: decisions?.gateOf(generation),
      transports: this.#transports,
      httpClient: this.#makeHttpClient?.({ allow: httpClientAllow, logger }),
      server: rpc.server,
      // Who is not to be found here is called over the lattice.
      ...(data.sameHostCalls && threadExports && { threadExports }),
      divide,
      engine: this.#engine,
      ...(redactor !== undefined && { redactor }),
      captures,
      ...(data.showsTraps !== undefined && { showsTraps: data.showsTraps }),
      budgets,
      time: this.#time,
      logger,
      telemetry,
      labels: { imageRef, lattice, hostId },
    });
  }

  /** Another generation of the component answers from now on, if there is one. */
  #succeed({ componentId }: ComponentRuntime): void {
    const left = [...this.#generations.values()].filter((other) => other.componentId === componentId);
    const next = left.at(-1);
    if (next !== undefined) {
      this.#current.set(componentId, next);
      return;
    }
    this.#current.delete(componentId);
    const isSplit = [...this.#canaries.values()].some(({ runtime }) => runtime.componentId === componentId);
    if (!isSplit) this.#splits.delete(componentId);
  }

  #httpComponent(componentId: string): HttpComponent {
    const runtime = this.#current.get(componentId);
    if (runtime === undefined) return { kind: 'not-here' };
    const { http } = runtime;
    if (http === undefined) return { kind: 'no-handler' };
    return { kind: 'here', handle: this.#splits.get(componentId)?.http(http) ?? http };
  }

  /** Not over the same-host calls: what runs in this thread is found before. */
  #httpElsewhere({ componentId, providerId }: HttpTarget): HttpRequestHandler {
    const { data, rpc, logger, telemetry } = this.#options;
    const { tracer, meter } = telemetry;
    const handle = createLatticeHandler({
      componentId,
      providerId,
      invoker: traceInvoker(rpc.invoker, { tracer, attributes: { provider_id: providerId } }),
      timeoutMs: data.httpTimeoutMs,
      logger: logger.named('http').with({ component: componentId }),
    });
    // The host that runs it counts the invocation.
    return observeHttp(handle, { tracer, meter, componentId, measure: () => () => {} });
  }
}
