import { type CallHandler, RpcError, type ServedFunction, type Server, wireName } from '@wasmlattice/rpc';
import { passesHandles } from '@wasmlattice/wasm-runtime/lattice';
import { sameFunction } from './same-function.js';

/** What one co-located component serves, for callers in the same thread. */
export interface LocalServer extends Server {
  /**
   * The handler of a function, if it is served with just these types; `undefined` also for functions that pass streams,
   * futures or handles, which are a matter of the transport.
   */
  find(called: Pick<ServedFunction, 'instance' | 'func'>): CallHandler | undefined;
}

export function createLocalServer(): LocalServer {
  const functions = new Map<string, ServedFunction>();
  let closed = false;
  return {
    find({ instance, func }) {
      const served = functions.get(key(instance, func.name));
      return served !== undefined && sameFunction(served.func, func) ? served.handler : undefined;
    },
    async serve(served) {
      const { target, instance, func } = served;
      const name = wireName(func.name);
      if (closed) throw new RpcError('closed', { target, instance, func: name }, 'the server is closed');
      const known = key(instance, func.name);
      if (!passesHandles(func)) functions.set(known, served);
      return {
        async close() {
          functions.delete(known);
        },
      };
    },
    async close() {
      closed = true;
      functions.clear();
    },
  };
}

function key(instance: string, func: string): string {
  return `${instance}#${func}`;
}
