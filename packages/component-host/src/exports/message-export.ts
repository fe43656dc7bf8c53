import type { ServedHandle, Server, WitFunction } from '@wasmlattice/rpc';
import { type BrokerMessage, messagingHandler } from '@wasmlattice/rpc/interfaces';
import { invokeMessageHandler } from '@wasmlattice/wasm-runtime/host-functions';
import type { RunInvocation } from '../invocation/invocation-runner.js';
import { recorded } from '../invocation/recorded.js';

/**
 * Serves a component's `wasmcloud:messaging/incoming-handler@0.3.0` as the handler of 0.2.0, for messaging providers
 * (docs/spec/wrpc-interfaces.md#6). Each message is handled in an instance of its own.
 */
export async function serveMessageExport(options: {
  readonly componentId: string;
  /** The component's export, verbatim. */
  readonly exportId: string;
  readonly server: Server;
  readonly run: RunInvocation;
}): Promise<ServedHandle> {
  const { componentId, exportId, server, run } = options;
  const func = messagingHandler.functions[0] as WitFunction;
  return await server.serve({
    target: componentId,
    instance: messagingHandler.id,
    func,
    handler: ([message], { headers, signal }) =>
      run(headers, signal, (instance, _ended, { recording }) =>
        recorded(recording, { exportId, func, params: [message] }, () =>
          invokeMessageHandler(instance, exportId, message as BrokerMessage),
        ),
      ),
  });
}
