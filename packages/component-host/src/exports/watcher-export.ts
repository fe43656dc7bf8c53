import type { ServedHandle, Server } from '@wasmlattice/rpc';
import { keyvalueWatcher } from '@wasmlattice/rpc/interfaces';
import { abortSignalOf } from '@wasmlattice/wasm-runtime';
import { invokeWatcher, type KeyvalueChange } from '@wasmlattice/wasm-runtime/host-functions';
import type { InvocationParts, RunInvocation } from '../invocation/invocation-runner.js';
import { recorded } from '../invocation/recorded.js';

/**
 * Serves a component's `wasi:keyvalue/watcher` as `wrpc:keyvalue/watcher`, for key-value providers
 * (docs/spec/wrpc-interfaces.md#4). Each change is handled in an instance of its own.
 */
export async function serveWatcherExport(options: {
  readonly componentId: string;
  /** The component's export, verbatim. */
  readonly exportId: string;
  readonly server: Server;
  readonly run: RunInvocation<Pick<InvocationParts, 'links' | 'recording'>>;
}): Promise<ServedHandle[]> {
  const { componentId, exportId, server, run } = options;
  return await Promise.all(
    keyvalueWatcher.functions.map((func) =>
      server.serve({
        target: componentId,
        instance: keyvalueWatcher.id,
        func,
        handler: (params, { headers, signal }) => {
          const [bucket, key, value] = params as [string, string, Uint8Array];
          const change = { func: func.name, bucket, key, value } as KeyvalueChange;
          return run(headers, signal, (instance, ended, { links, recording }) =>
            recorded(recording, { exportId, func, params }, () =>
              invokeWatcher(instance, exportId, change, { links, signal: abortSignalOf(ended) }),
            ),
          );
        },
      }),
    ),
  );
}
