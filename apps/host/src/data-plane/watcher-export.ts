import type { CallHeaders, ServedHandle, Server } from '@wasmlattice/rpc';
import { keyvalueWatcher } from '@wasmlattice/rpc/interfaces';
import {
  type ComponentInstance,
  invokeWatcher,
  type KeyvalueChange,
  type LinkInvoker,
} from '@wasmlattice/wasm-runtime';

/**
 * Serves a component's `wasi:keyvalue/watcher` as `wrpc:keyvalue/watcher`, for key-value providers (wrpc-interfaces.md
 * §4). Each change is handled in an instance of its own.
 */
export async function serveWatcherExport(options: {
  readonly componentId: string;
  /** The component's export, verbatim. */
  readonly exportId: string;
  readonly server: Server;
  readonly run: (
    headers: CallHeaders,
    signal: AbortSignal,
    work: (instance: ComponentInstance, ended: AbortSignal, links: LinkInvoker) => Promise<void>,
  ) => Promise<void>;
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
          return run(headers, signal, (instance, ended, links) =>
            invokeWatcher(instance, exportId, change, { links, signal: ended }),
          );
        },
      }),
    ),
  );
}
