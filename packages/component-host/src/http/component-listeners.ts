import type { CallHeaders } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import { PoolClosedError } from '@wasmlattice/wasm-runtime';
import { type HandlerOutcome, invokeIncomingHandler } from '@wasmlattice/wasm-runtime/host-functions';
import type { InvocationParts, RunInvocation } from '../invocation/invocation-runner.js';
import type { ComponentTelemetry } from '../telemetry/component-telemetry.js';
import type { ListenerAddress } from '../thread/messages.js';
import type { ServedExchange } from './exchange.js';
import { type HttpListener, openHttpListener } from './listener.js';

/** A component that exports no HTTP handler was linked to an HTTP server. */
export class NoHttpHandlerError extends Error {
  override readonly name = 'NoHttpHandlerError';

  constructor(componentId: string) {
    super(
      `component '${componentId}' can't answer HTTP: it does not export wasi:http/incoming-handler@0.2.x; link another component or build it for that world`,
    );
  }
}

/** The addresses at which one component answers HTTP requests itself. */
export interface ComponentListeners {
  /** @throws NoHttpHandlerError, and what keeps the address from being listened at */
  listen(address: ListenerAddress): Promise<void>;
  /** Requests in progress have `graceMs` to finish; an unknown listener is fine. */
  unlisten(listener: string, graceMs: number): Promise<void>;
  /** The same for all of them. */
  close(graceMs: number): Promise<void>;
}

export function createComponentListeners(options: {
  readonly componentId: string;
  /** The component's export of `wasi:http/incoming-handler`, verbatim. */
  readonly exportId: string | undefined;
  readonly run: RunInvocation<Pick<InvocationParts, 'logger'>>;
  readonly observe: ComponentTelemetry['http'];
  readonly logger: Logger;
}): ComponentListeners {
  const { componentId, exportId, run, observe, logger } = options;
  const listeners = new Map<string, HttpListener>();

  const answer = async (
    handler: string,
    exchange: ServedExchange,
    trace: CallHeaders,
  ): Promise<HandlerOutcome> => {
    try {
      return await run(trace, exchange.signal, (instance, signal, parts) =>
        invokeIncomingHandler({
          instance,
          exportId: handler,
          exchange,
          component: componentId,
          signal,
          logger: parts.logger,
        }),
      );
    } catch (cause) {
      if (!(cause instanceof PoolClosedError)) throw cause;
      exchange.responder.fail(503, `component '${componentId}' is being stopped or replaced\n`);
      return { kind: 'trapped', status: 503, cause };
    }
  };

  const unlisten = async (listener: string, graceMs: number): Promise<void> => {
    const open = listeners.get(listener);
    listeners.delete(listener);
    await open?.close({ graceMs });
  };

  return {
    async listen({ listener, host, port, reusePort }) {
      if (exportId === undefined) throw new NoHttpHandlerError(componentId);
      const opened = await openHttpListener({
        host,
        port,
        reusePort,
        handle: observe((exchange, trace) => answer(exportId, exchange, trace)),
        logger: logger.named('http'),
      });
      listeners.set(listener, opened);
    },

    unlisten,

    async close(graceMs) {
      await Promise.all([...listeners.keys()].map((listener) => unlisten(listener, graceMs)));
    },
  };
}
