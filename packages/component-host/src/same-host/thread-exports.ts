import {
  type CallHandler,
  type Invocation,
  type Invoker,
  type ServedFunction,
  type ServedHandle,
  type Server,
  wireName,
} from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import type { Logger } from '@wasmlattice/telemetry';
import { passesHandles } from '@wasmlattice/wasm-runtime/lattice';
import { sameFunction } from './same-function.js';

/** A component as far as callers in its thread are concerned. */
export interface CalledComponent {
  /** Whether an invocation would begin at once. */
  hasFreePermit(): boolean;
  readonly logger: Logger;
}

/** How a call of a component of this thread can be made. */
export type SameHostRoute =
  /** Plain values: the handler is called with what the caller gave. */
  | { readonly kind: 'handler'; readonly handler: CallHandler; readonly logger: Logger }
  /** Streams, futures or handles: over channels in memory, which have the flow control of the transport. */
  | { readonly kind: 'channels' }
  /** The component runs here, and others had better take the call; `reason` is one of the metric's. */
  | { readonly kind: 'declined'; readonly reason: 'no permit' | 'not served here' };

interface ThreadFunction {
  readonly served: ServedFunction;
  readonly component: CalledComponent;
}

/** What the components of one thread serve to each other. */
export class ThreadExports {
  readonly #lattice = new MemoryLattice();
  readonly #server: Server = createMemoryServer({ lattice: this.#lattice });
  /** By target, then by function; the generation that came last is asked. */
  readonly #functions = new Map<string, Map<string, ThreadFunction[]>>();

  /** Serves to callers of this thread what `server` serves to the lattice. */
  serverOf(component: CalledComponent, server: Server): Server {
    return {
      serve: async (served) => {
        // In the lattice first: whoever finds it here must find it there, too.
        const outside = await server.serve(served);
        const inside = await this.#serve(served, component);
        return {
          async close() {
            await Promise.all([inside.close(), outside.close()]);
          },
        };
      },
      close: () => server.close(),
    };
  }

  /** `undefined`: no such component in this thread. */
  route({ target, instance, func }: Invocation): SameHostRoute | undefined {
    const functions = this.#functions.get(target);
    if (functions === undefined) return undefined;
    const found = functions.get(functionKey(instance, func.name))?.at(-1);
    if (found === undefined) return { kind: 'declined', reason: 'not served here' };
    const { served, component } = found;
    if (passesHandles(func)) return { kind: 'channels' };
    if (!sameFunction(served.func, func)) return { kind: 'declined', reason: 'not served here' };
    if (!component.hasFreePermit()) return { kind: 'declined', reason: 'no permit' };
    return { kind: 'handler', handler: served.handler, logger: component.logger };
  }

  /** Calls over channels in memory; calls for instances that another thread keeps go to `elsewhere`. */
  channels(options: { readonly elsewhere: Invoker; readonly timeoutMs: number }): Invoker {
    return createMemoryInvoker({ lattice: this.#lattice, ...options });
  }

  async #serve(served: ServedFunction, component: CalledComponent): Promise<ServedHandle> {
    const inMemory = passesHandles(served.func) ? await this.#server.serve(served) : undefined;
    const functions = this.#functions.get(served.target) ?? new Map<string, ThreadFunction[]>();
    this.#functions.set(served.target, functions);
    const key = functionKey(served.instance, served.func.name);
    const generations = functions.get(key) ?? [];
    functions.set(key, generations);
    const entry: ThreadFunction = { served, component };
    generations.push(entry);
    return {
      close: async () => {
        const index = generations.indexOf(entry);
        if (index >= 0) generations.splice(index, 1);
        if (generations.length === 0 && functions.get(key) === generations) functions.delete(key);
        if (functions.size === 0 && this.#functions.get(served.target) === functions) {
          this.#functions.delete(served.target);
        }
        await inMemory?.close();
      },
    };
  }
}

function functionKey(instance: string, func: string): string {
  return `${instance}#${wireName(func)}`;
}
