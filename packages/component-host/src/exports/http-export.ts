import type { ServedHandle, Server, WitFunction } from '@wasmlattice/rpc';
import { type HttpRequest, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import { OverloadedError } from '@wasmlattice/wasm-runtime';
import { WireExchange } from '@wasmlattice/wasm-runtime/host-functions';
import { type GuestHandler, type HttpInvocationParts, handleInGuest } from '../http/handle-in-guest.js';
import { answerUnavailable } from '../http/unavailable.js';
import type { RunInvocation } from '../invocation/invocation-runner.js';

/**
 * Serves a component's `wasi:http/incoming-handler` as `wrpc:http/incoming-handler`, for HTTP servers that are providers
 * of their own (docs/spec/wrpc-interfaces.md#3). Each call runs in an instance of its own, which may live on
 * after the head is out.
 */
export async function serveHttpExport(
  options: GuestHandler & {
    readonly server: Server;
    readonly run: RunInvocation<HttpInvocationParts>;
  },
): Promise<ServedHandle> {
  const { componentId, server, run } = options;
  return await server.serve({
    target: componentId,
    instance: httpIncomingHandler.id,
    func: httpIncomingHandler.functions[0] as WitFunction,
    handler: async ([request], context) => {
      const { headers, signal } = context;
      const exchange = new WireExchange(request as HttpRequest, signal);
      const running = run(headers, exchange.signal, handleInGuest(options, exchange)).then(
        () => exchange.failWith(new Error(`component ${componentId} did not answer the request`)),
        (error: unknown) => {
          // An answer that its client understands, whatever the server makes of failures.
          if (error instanceof OverloadedError) {
            answerUnavailable(exchange, `${error.message}\n`, error.retryAfterMs);
          } else {
            exchange.failWith(error instanceof Error ? error : new Error(String(error)));
          }
        },
      );
      // The guest may read the request after its response is complete.
      context.waitUntil(running);
      return await exchange.answer;
    },
  });
}
