import type { CallHeaders, ServedHandle, Server, WitFunction } from '@wasmlattice/rpc';
import { type ComponentInstance, type ComponentTypes, passesHandles } from '@wasmlattice/wasm-runtime';

/** One function of a component that the lattice can call. */
export interface PlainExport {
  /** Verbatim export id, `''` for a world-level function; also the wire instance. */
  readonly instance: string;
  readonly func: WitFunction;
}

/**
 * Exports that are served as they are. WASI's own handlers have wire interfaces of other names
 * (wrpc-interfaces.md §2); resources, streams and futures have no form on this path.
 */
export function plainExports(types: ComponentTypes): PlainExport[] {
  const all: readonly PlainExport[] = [
    ...types.exports
      .filter(({ id }) => !bridged.test(id))
      .flatMap(({ id, functions }) => functions.map((func) => ({ instance: id, func }))),
    ...types.exportedFunctions.map((func) => ({ instance: '', func })),
  ];
  return all.filter(({ func }) => !passesHandles(func));
}

const bridged =
  /^(wasi:http\/incoming-handler|wasi:keyvalue\/watcher|wasmcloud:messaging\/incoming-handler)@/;

/** Serves a component's plain exports; each call runs in an instance of its own. */
export async function servePlainExports(options: {
  readonly componentId: string;
  readonly exports: readonly PlainExport[];
  readonly server: Server;
  readonly run: (
    headers: CallHeaders,
    signal: AbortSignal,
    work: (instance: ComponentInstance) => Promise<unknown>,
  ) => Promise<unknown>;
}): Promise<ServedHandle[]> {
  const { componentId, server, run } = options;
  return await Promise.all(
    options.exports.map(({ instance, func }) =>
      server.serve({
        target: componentId,
        instance,
        func,
        handler: (params, { headers, signal }) =>
          run(headers, signal, (guest) => guest.call(instance, func.name, params)),
      }),
    ),
  );
}
