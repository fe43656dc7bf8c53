import type { ComponentInstance } from './engine.js';

/** An invocation ran longer than the component's limit. */
export class ExecutionTimeError extends Error {
  override readonly name = 'ExecutionTimeError';

  constructor(component: string, limitMs: number) {
    super(`an invocation of component "${component}" ran longer than its limit of ${limitMs} ms`);
  }
}

/** The invocation is over: the reason of the signal its host functions hold. */
export class InvocationOverError extends Error {
  override readonly name = 'InvocationOverError';

  constructor() {
    super('the invocation is over');
  }
}

/** Shared, because making an error costs more than the rest of an invocation's bookkeeping. */
const invocationOver = new InvocationOverError();

/** One invocation from its acceptance until its guest is gone. */
export class Invocation {
  readonly #component: string;
  readonly #controller = new AbortController();
  readonly #onOver: (() => void)[] = [];
  readonly #calls = new Set<Promise<unknown>>();

  constructor(component: string, signal: AbortSignal | undefined) {
    this.#component = component;
    if (!signal) return;
    const forward = (): void => this.end(signal.reason);
    if (signal.aborted) forward();
    signal.addEventListener('abort', forward, { once: true });
    this.onOver(() => signal.removeEventListener('abort', forward));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends every wait of the guest. The first reason counts. */
  end(reason: unknown): void {
    this.#controller.abort(reason);
  }

  limitTo(ms: number): void {
    const timer = setTimeout(() => this.end(new ExecutionTimeError(this.#component, ms)), ms);
    this.onOver(() => clearTimeout(timer));
  }

  onOver(action: () => void): void {
    this.#onOver.push(action);
  }

  /** The instance, with its calls counted as part of the invocation. */
  track(instance: ComponentInstance): ComponentInstance {
    return {
      call: (id, func, params) => {
        const call = instance.call(id, func, params);
        this.#calls.add(call);
        const settled = (): void => {
          this.#calls.delete(call);
        };
        call.then(settled, settled);
        return call;
      },
    };
  }

  /** Resolves once no call is under way, after everything was told that the invocation is over. */
  async settle(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
    this.end(invocationOver);
    for (const action of this.#onOver) action();
  }
}
