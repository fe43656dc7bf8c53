import type { CallNames, RpcErrorCode } from '../rpc-error.js';
import type { ServedFunction } from '../serve.js';

/** A call that a server waits for before it closes. */
export interface MemoryServedCall {
  /** Resolves when nothing more will be sent either way. */
  readonly done: Promise<void>;
  /** Ends the call early for both sides. */
  abort(code: RpcErrorCode, detail: string): void;
}

/** A function served in this process. */
export interface MemoryServed {
  readonly served: ServedFunction;
  readonly calls: Set<MemoryServedCall>;
}

/** Where invokers and servers of one process meet: the memory counterpart of a NATS connection and a lattice name. */
export class MemoryLattice {
  readonly #functions = new Map<string, MemoryServed[]>();

  /** Several servers of one function take its calls in turn, as a queue group does. */
  add(names: CallNames, served: MemoryServed): () => void {
    const key = keyOf(names);
    const members = this.#functions.get(key) ?? [];
    members.push(served);
    this.#functions.set(key, members);
    return () => {
      const index = members.indexOf(served);
      if (index >= 0) members.splice(index, 1);
      if (members.length === 0) this.#functions.delete(key);
    };
  }

  /** Who answers the next call; `undefined` when nobody serves the function. */
  next(names: CallNames): MemoryServed | undefined {
    const members = this.#functions.get(keyOf(names));
    const first = members?.shift();
    if (first) members?.push(first);
    return first;
  }
}

function keyOf({ target, instance, func }: CallNames): string {
  return `${target} ${instance} ${func}`;
}
