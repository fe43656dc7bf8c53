import type { CallHeaders, ServedHandle } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import {
  type ComponentInstance,
  createEngine,
  decodeComponent,
  type HandlerOutcome,
  hostInterfaces,
  InstanceHandles,
  InstancePool,
  type InvocationContext,
  incomingHandlerExport,
  invokeIncomingHandler,
  type LinkInvoker,
  linkImports,
  messageHandlerExport,
  PoolClosedError,
  type RunOptions,
  TooManyWaitingError,
  unavailableInterfaces,
  watcherExport,
} from '@wasmlattice/wasm-runtime';
import { customExports, serveCustomExports } from './export-server.js';
import type { ServedExchange } from './http-exchange.js';
import { serveHttpExport } from './http-export.js';
import { type HttpListener, openHttpListener } from './http-listener.js';
import { createInvocationClock } from './invocation-clock.js';
import { createLinkRouter } from './link-router.js';
import { serveMessageExport } from './message-export.js';
import type { ComponentWorkerData, LinkRow } from './messages.js';
import type { RpcClient } from './rpc-client.js';
import {
  createComponentTelemetry,
  noRuntimeTelemetry,
  type RuntimeTelemetry,
} from './telemetry/component-telemetry.js';
import { invocationLogger } from './telemetry/invocation-logger.js';
import { serveWatcherExport } from './watcher-export.js';

/** The data plane of one component: its code, its instances, its links and its listeners. */
export interface ComponentRuntime {
  scale(maxInstances: number): void;
  setLinks(links: readonly LinkRow[]): void;
  setConfig(config: ComponentWorkerData['config']): void;
  listen(request: {
    readonly listener: string;
    readonly host: string;
    readonly port: number;
    readonly reusePort: boolean;
  }): Promise<void>;
  /** Requests in progress have `graceMs` to finish; an unknown listener is fine. */
  unlisten(listener: string, graceMs: number): Promise<void>;
  /** Completes what is in flight for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A component that exports no HTTP handler was linked to an HTTP server. */
export class NoHttpHandlerError extends Error {
  override readonly name = 'NoHttpHandlerError';

  constructor(componentId: string) {
    super(
      `component '${componentId}' can't answer HTTP: it does not export wasi:http/incoming-handler@0.2.x; link another component or build it for that world`,
    );
  }
}

/**
 * Compiles the component and links its imports.
 *
 * @throws InvalidComponentError, MissingImportError
 */
export async function createComponentRuntime(options: {
  readonly data: ComponentWorkerData;
  readonly rpc: Pick<RpcClient, 'invoker' | 'server'>;
  readonly logger: Logger;
  /** Where spans and measurements go; nowhere by default. */
  readonly telemetry?: RuntimeTelemetry;
  /** Invocations that may wait for a permit; by default any number. */
  readonly maxWaiting?: number;
}): Promise<ComponentRuntime> {
  const { data, rpc, logger, maxWaiting, telemetry = noRuntimeTelemetry } = options;
  const { componentId } = data;
  const observe = createComponentTelemetry({
    telemetry,
    component: data,
    // Where nobody may wait, a call that finds no permit is made elsewhere.
    isDeclined: (error) =>
      maxWaiting !== undefined && (error instanceof TooManyWaitingError || error instanceof PoolClosedError),
  });
  // Neither the engine nor WebAssembly takes shared memory.
  const bytes = new Uint8Array(data.bytes);

  const types = decodeComponent(bytes);
  const linkage = linkImports(types, {
    component: componentId,
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  const custom = customExports(types, logger);
  const handlerExport = incomingHandlerExport(types);
  const messageExport = messageHandlerExport(types);
  const changeExport = watcherExport(types);
  // Connecting and compiling take their time side by side.
  const serves =
    custom.functions.length > 0 ||
    [handlerExport, messageExport, changeExport].some((bridged) => bridged !== undefined);
  const server = serves ? rpc.server() : undefined;
  // Awaited below, unless compiling fails first.
  server?.catch(() => {});
  const engine = createEngine({
    choice: data.engine,
    cacheDir: data.cacheDir,
    logger: logger.named('engine'),
  });
  const compiled = await engine.compile(bytes, { component: componentId, suspends: linkage.suspends });
  const pool = new InstancePool({
    component: componentId,
    compiled,
    linkage,
    maxInstances: data.maxInstances,
    maxExecutionMs: data.maxExecutionTimeMs,
    permits: data.permits,
    ...(maxWaiting !== undefined && { maxWaiting }),
  });
  const clock = createInvocationClock(data.clock);
  const observedPool = observe.pool(pool);
  const router = createLinkRouter({
    componentId,
    invoker: observe.invoker(rpc.invoker),
    links: data.links,
  });
  const listeners = new Map<string, HttpListener>();
  let config: ReadonlyMap<string, string> = new Map(data.config);

  /** Runs one invocation in an instance of its own, under the clock. */
  const run = <T>(
    signal: AbortSignal,
    trace: CallHeaders,
    work: (
      instance: ComponentInstance,
      signal: AbortSignal,
      handles: InstanceHandles,
      links: LinkInvoker,
    ) => Promise<T>,
    { resident = false }: Pick<RunOptions, 'resident'> = {},
  ): Promise<T> => {
    const handles = new InstanceHandles();
    const links = router.forInvocation({ trace });
    const context: InvocationContext = {
      handles,
      componentId,
      logger: invocationLogger(logger, trace),
      config: () => config,
      links,
    };
    return pool.run(
      context,
      async (instance, ended) => {
        // What outlives a call stands still most of the time.
        if (resident) return await work(instance, ended, handles, links);
        const finish = clock.start();
        try {
          return await work(instance, ended, handles, links);
        } finally {
          finish();
        }
      },
      { signal, resident },
    );
  };

  const handleHttp = async (
    exportId: string,
    exchange: ServedExchange,
    trace: CallHeaders,
  ): Promise<HandlerOutcome> => {
    try {
      return await run(exchange.signal, trace, (instance, signal) =>
        invokeIncomingHandler({
          instance,
          exportId,
          exchange,
          component: componentId,
          signal,
          logger: invocationLogger(logger, trace),
        }),
      );
    } catch (cause) {
      if (!(cause instanceof PoolClosedError)) throw cause;
      exchange.responder.fail(503, `component '${componentId}' is being stopped or replaced\n`);
      return { kind: 'trapped', status: 503, cause };
    }
  };

  const served: ServedHandle[] = [];
  if (server !== undefined) {
    const parts = { componentId, server: observe.server(await server) };
    served.push(
      ...(await serveCustomExports({
        ...parts,
        exports: custom,
        run: (headers, signal, work, options) => run(signal, traceOf(headers), work, options),
        startClock: () => clock.start(),
        maxExecutionMs: data.maxExecutionTimeMs,
        logger,
      })),
    );
    if (handlerExport !== undefined) {
      served.push(
        await serveHttpExport({
          ...parts,
          exportId: handlerExport,
          run: (headers, signal, work) => run(signal, traceOf(headers), work),
          logger,
        }),
      );
    }
    if (messageExport !== undefined) {
      served.push(
        await serveMessageExport({
          ...parts,
          exportId: messageExport,
          run: (headers, signal, work) => run(signal, traceOf(headers), work),
        }),
      );
    }
    if (changeExport !== undefined) {
      served.push(
        ...(await serveWatcherExport({
          ...parts,
          exportId: changeExport,
          run: (headers, signal, work) =>
            run(signal, traceOf(headers), (instance, ended, _handles, links) => work(instance, ended, links)),
        })),
      );
    }
  }

  const unlisten = async (listener: string, graceMs: number): Promise<void> => {
    const open = listeners.get(listener);
    listeners.delete(listener);
    await open?.close({ graceMs });
  };

  return {
    scale(maxInstances) {
      pool.resize(maxInstances);
      observedPool.limited(maxInstances);
    },
    setLinks: (links) => router.setLinks(links),
    setConfig(entries) {
      config = new Map(entries);
    },

    async listen({ listener, host, port, reusePort }) {
      if (handlerExport === undefined) throw new NoHttpHandlerError(componentId);
      const opened = await openHttpListener({
        host,
        port,
        reusePort,
        handle: observe.http((exchange, trace) => handleHttp(handlerExport, exchange, trace)),
        logger: logger.named('http'),
      });
      listeners.set(listener, opened);
    },

    unlisten,

    async close(graceMs) {
      const deadline = AbortSignal.timeout(graceMs);
      const overdue = new Promise<void>((resolve) => deadline.addEventListener('abort', () => resolve()));
      const closing = Promise.all([
        ...[...listeners.keys()].map((listener) => unlisten(listener, graceMs)),
        ...served.map((each) => each.close()),
      ]);
      // The pool stays open for what was accepted already; what is overdue ends with it.
      await Promise.race([closing, overdue]);
      await pool.close({ signal: deadline });
      compiled.dispose?.();
      await closing;
      observedPool.close();
    },
  };
}

const noTrace: CallHeaders = {};

/** The trace headers of a call, to be handed on to the calls it causes. */
function traceOf({ traceparent, tracestate }: CallHeaders): CallHeaders {
  if (traceparent === undefined) return noTrace;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
