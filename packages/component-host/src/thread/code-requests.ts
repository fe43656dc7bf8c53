import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';

/** Asks the control plane for code, once for all who wait for the same. */
export class CodeRequests {
  readonly #ask: (generation: number) => void;
  readonly #open = new Map<number, PromiseWithResolvers<PreparedComponent>>();

  constructor(ask: (generation: number) => void) {
    this.#ask = ask;
  }

  /** @throws what {@link CodeRequests.refuse} is given */
  request(generation: number): Promise<PreparedComponent> {
    const open = this.#open.get(generation);
    if (open !== undefined) return open.promise;
    const asked = Promise.withResolvers<PreparedComponent>();
    this.#open.set(generation, asked);
    this.#ask(generation);
    return asked.promise;
  }

  answer(generation: number, prepared: PreparedComponent): void {
    this.#take(generation)?.resolve(prepared);
  }

  refuse(generation: number, error: Error): void {
    this.#take(generation)?.reject(error);
  }

  #take(generation: number): PromiseWithResolvers<PreparedComponent> | undefined {
    const open = this.#open.get(generation);
    this.#open.delete(generation);
    return open;
  }
}
