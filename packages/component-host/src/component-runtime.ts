import type { Logger } from '@wasmlattice/telemetry';
import {
  decodeComponent,
  InstancePool,
  linkImports,
  PoolClosedError,
  TooManyWaitingError,
} from '@wasmlattice/wasm-runtime';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { hostInterfaces, unavailableInterfaces } from '@wasmlattice/wasm-runtime/host-functions';
import { componentExports, serveExports, servesAnything } from './exports/served-exports.js';
import { type ComponentListeners, createComponentListeners } from './http/component-listeners.js';
import { createInvocationClock } from './invocation/invocation-clock.js';
import { createInvocationRunner } from './invocation/invocation-runner.js';
import { OverdueError } from './invocation/overdue-error.js';
import { createLinkRouter } from './outgoing-calls/link-router.js';
import {
  createComponentTelemetry,
  noRuntimeTelemetry,
  type RuntimeTelemetry,
} from './telemetry/component-telemetry.js';
import type { ComponentWorkerData, LinkRow } from './thread/messages.js';
import type { RpcClient } from './thread/rpc-client.js';

/** The data plane of one component: its code, its instances, its links and its listeners. */
export interface ComponentRuntime extends Pick<ComponentListeners, 'listen' | 'unlisten'> {
  scale(maxInstances: number): void;
  setLinks(links: readonly LinkRow[]): void;
  setConfig(config: ComponentWorkerData['config']): void;
  /** Completes what is in flight for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/**
 * Compiles the component, links its imports and serves its exports.
 *
 * @throws InvalidComponentError, MissingImportError, ComponentLimitError
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
  const exports = componentExports(types, logger);
  // Connecting and compiling take their time side by side.
  const server = servesAnything(exports) ? rpc.server() : undefined;
  // Awaited below, unless compiling fails first.
  server?.catch(() => {});
  const engine = createEngine({
    choice: data.engine,
    cacheDir: data.cacheDir,
    logger: logger.named('engine'),
  });
  const compiled = await engine.compile(bytes, {
    component: componentId,
    suspends: linkage.suspends,
    maxMemoryBytes: data.maxMemoryBytes,
    maxCoreInstances: data.maxCoreInstances,
  });
  const pool = new InstancePool({
    component: componentId,
    compiled,
    linkage,
    maxInstances: data.maxInstances,
    maxExecutionMs: data.maxExecutionTimeMs,
    permits: data.permits,
    ...(maxWaiting !== undefined && { maxWaiting }),
  });
  const observedPool = observe.pool(pool);
  const router = createLinkRouter({
    componentId,
    invoker: observe.invoker(rpc.invoker),
    links: data.links,
  });
  const clock = createInvocationClock(data.clock);
  const runner = createInvocationRunner({ componentId, config: data.config, pool, router, clock, logger });
  const listeners = createComponentListeners({
    componentId,
    exportId: exports.http,
    run: runner.run,
    observe: observe.http,
    logger,
  });
  const served =
    server === undefined
      ? []
      : await serveExports({
          componentId,
          exports,
          server: observe.server(await server),
          run: runner.run,
          startClock: () => clock.start(),
          maxExecutionMs: data.maxExecutionTimeMs,
          logger,
        });

  return {
    scale(maxInstances) {
      pool.resize(maxInstances);
      observedPool.limited(maxInstances);
    },
    setLinks: router.setLinks,
    setConfig: runner.setConfig,
    listen: listeners.listen,
    unlisten: listeners.unlisten,

    async close(graceMs) {
      const overdue = new AbortController();
      const { promise: deadline, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        overdue.abort(new OverdueError(componentId, graceMs));
        resolve();
      }, graceMs);
      const closing = Promise.all([listeners.close(graceMs), ...served.map((each) => each.close())]);
      // The pool stays open for what was accepted already; what is overdue ends with it.
      await Promise.race([closing, deadline]);
      await pool.close({ signal: overdue.signal });
      clearTimeout(timer);
      compiled.dispose?.();
      await closing;
      observedPool.close();
    },
  };
}
