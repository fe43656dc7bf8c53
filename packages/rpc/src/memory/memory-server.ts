import { functionCodec } from '../call/function-codec.js';
import { RpcError } from '../rpc-error.js';
import type { ServedFunction, ServedHandle, Server } from '../serve.js';
import type { MemoryLattice, MemoryServedCall } from './memory-lattice.js';

export interface MemoryServerOptions {
  readonly lattice: MemoryLattice;
  /** How long `close` waits for calls in flight, in ms; those left are aborted. Default 30,000. */
  readonly drainTimeoutMs?: number;
}

/** Serves functions to invokers of the same process. */
export function createMemoryServer({ lattice, drainTimeoutMs: usual = 30_000 }: MemoryServerOptions): Server {
  let drainTimeoutMs = usual;
  const handles = new Set<ServedHandle>();
  let isClosed = false;

  const serve = async (served: ServedFunction): Promise<ServedHandle> => {
    const names = {
      target: served.target,
      instance: served.instance,
      func: functionCodec(served.func).wireName,
    };
    if (isClosed) throw new RpcError('closed', names, 'the server is closed');
    const calls = new Set<MemoryServedCall>();
    const remove = lattice.add(names, { served, calls });
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      remove();
      const deadline = setTimeout(() => {
        for (const call of [...calls]) {
          call.abort('terminated', `the server stopped and did not wait longer than ${drainTimeoutMs} ms`);
        }
      }, drainTimeoutMs);
      await Promise.all([...calls].map((call) => call.done));
      clearTimeout(deadline);
      handles.delete(handle);
    };
    const handle: ServedHandle = {
      close: () => {
        closing ??= close();
        return closing;
      },
    };
    handles.add(handle);
    return handle;
  };

  return {
    serve,
    close: async (options = {}) => {
      if (!isClosed) drainTimeoutMs = options.drainTimeoutMs ?? usual;
      isClosed = true;
      await Promise.all([...handles].map((handle) => handle.close()));
    },
  };
}
