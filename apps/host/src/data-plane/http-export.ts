import type { CallHeaders, ServedHandle, Server, WitFunction } from '@wasmlattice/rpc';
import { type HttpRequest, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import { type ComponentInstance, invokeIncomingHandler, WireExchange } from '@wasmlattice/wasm-runtime';

/**
 * Serves a component's `wasi:http/incoming-handler` as `wrpc:http/incoming-handler`, for HTTP servers that are providers
 * of their own (wrpc-interfaces.md §3). Each call runs in an instance of its own, which may live on after the head is out.
 */
export async function serveHttpExport(options: {
  readonly componentId: string;
  /** The component's export, verbatim. */
  readonly exportId: string;
  readonly server: Server;
  readonly run: (
    headers: CallHeaders,
    signal: AbortSignal,
    work: (instance: ComponentInstance, signal: AbortSignal) => Promise<unknown>,
  ) => Promise<unknown>;
  readonly logger: Logger;
}): Promise<ServedHandle> {
  const { componentId, exportId, server, run, logger } = options;
  return await server.serve({
    target: componentId,
    instance: httpIncomingHandler.id,
    func: httpIncomingHandler.functions[0] as WitFunction,
    handler: async ([request], { headers, signal }) => {
      const exchange = new WireExchange(request as HttpRequest, signal);
      run(headers, exchange.signal, (instance, ended) =>
        invokeIncomingHandler({
          instance,
          exportId,
          exchange,
          component: componentId,
          signal: ended,
          logger,
        }),
      ).then(
        () => exchange.failWith(new Error(`component ${componentId} did not answer the request`)),
        (error: unknown) => exchange.failWith(error instanceof Error ? error : new Error(String(error))),
      );
      return await exchange.answer;
    },
  });
}
