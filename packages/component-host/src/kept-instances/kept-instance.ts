import type { CallContext, WitResource } from '@wasmlattice/rpc';
import { ExecutionTimeError } from '@wasmlattice/wasm-runtime';
import type { ComponentInstance } from '@wasmlattice/wasm-runtime/engines';
import type { InstanceHandles, LatticeExport } from '@wasmlattice/wasm-runtime/lattice';
import { ForsakenInstanceError, HandleError, IdleResourcesError, InstanceGoneError } from './errors.js';
import { holderOf } from './holder.js';

/** A resource of a guest that others hold a handle to. */
export interface HeldResource {
  readonly kept: KeptInstance;
  readonly resource: WitResource;
  /** Who holds it, as far as that is known: see `holder.ts`. */
  readonly holder: string | undefined;
  /** The guest's own object; disposing of it runs the destructor. */
  readonly object: Disposable;
}

/** What a kept instance needs of the component it belongs to. */
export interface KeptInstanceOwner {
  readonly componentId: string;
  readonly idleMs: number;
  readonly maxExecutionMs: number;
  /** @returns what cancels it */
  schedule(callback: () => void, ms: number): () => void;
  /** Tells the watchdog that the guest runs, until the returned function is called. */
  startClock(): () => void;
  /** @throws TooManyHandlesError */
  hold(held: HeldResource): Uint8Array;
  /** @throws HandleError */
  find(handle: Uint8Array): HeldResource;
  /** The handle is no longer good. */
  forget(handle: Uint8Array): void;
  forgetAll(kept: KeptInstance): void;
}

export interface KeptInstanceOptions {
  readonly owner: KeptInstanceOwner;
  readonly guest: ComponentInstance;
  readonly handles: InstanceHandles;
  /** Ends the guest; {@link KeptInstance.over} comes with it. */
  readonly controller: AbortController;
}

/**
 * An instance that lives on because others hold handles to what is in it. Its calls run one after the other. It is over when
 * the last handle is gone and nothing runs, when who waits for what runs has left and all handles are to be dropped, when nobody used
 * it for a while, when those who held them are gone, when the guest traps, and when its component has had the time to stop that it was given.
 */
export class KeptInstance {
  readonly #options: KeptInstanceOptions;
  readonly #over = Promise.withResolvers<void>();
  #held = 0;
  /** Calls and drops that run or wait, and streams the guest has given away. */
  #busy = 0;
  /** Those of them whose caller has left: they are completed only for the sake of other handles. */
  #forsaken = 0;
  /** Resources whose drop is among them. */
  readonly #dropping = new Set<HeldResource>();
  #last: Promise<unknown> = Promise.resolve();
  #cancelIdle: (() => void) | undefined;
  #isOver = false;

  constructor(options: KeptInstanceOptions) {
    this.#options = options;
  }

  /** Resolves when the instance is of no further use. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** @throws HandleError, TrapError, and what the owner throws */
  call(
    { instance, func, form }: LatticeExport,
    params: readonly unknown[],
    context: CallContext,
  ): Promise<unknown> {
    return this.#inTurn(context.signal, async () => {
      const { guest, handles } = this.#options;
      const given: Uint8Array[] = [];
      const call = handles.call({
        giveGuest: (resource, object) => {
          const handle = this.#give(resource, object, holderOf(context.headers));
          given.push(handle);
          return handle;
        },
        takeGuest: (...taken) => this.#takeGuest(...taken),
      });
      const result = await this.#limited(() =>
        guest.call(instance, func.name, form.convertParams(params, call)),
      );
      const answer = form.convertResult(result, call);
      if (given.length > 0) context.onUndelivered(() => this.#takeBack(given));
      if (call.hasTaken) context.waitUntil(call.takenOver());
      if (call.hasGiven) {
        this.#enter();
        void call.givenOver().then(() => this.#leave());
      }
      return answer;
    });
  }

  /** The holder of a handle dropped it. */
  async drop(handle: Uint8Array): Promise<void> {
    const held = this.#options.owner.find(handle);
    if (this.#dropping.has(held)) return;
    const dropped = this.#inTurn(undefined, async () => {
      this.#take(handle)[Symbol.dispose]();
    });
    this.#dropping.add(held);
    this.#endIfForsaken();
    await dropped.finally(() => this.#dropping.delete(held));
  }

  /** At once, whatever runs. */
  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelIdle?.();
    this.#options.owner.forgetAll(this);
    this.#options.controller.abort(reason);
    this.#over.resolve();
  }

  #give(resource: WitResource, object: unknown, holder: string | undefined): Uint8Array {
    const handle = this.#options.owner.hold({ kept: this, resource, object: object as Disposable, holder });
    this.#held++;
    return handle;
  }

  #takeGuest(resource: WitResource, handle: Uint8Array, owned: boolean): unknown {
    const held = this.#options.owner.find(handle);
    if (held.resource !== resource) {
      throw new HandleError(`the handle is one of a ${held.resource.name}, not of a ${resource.name}`);
    }
    // A handle in the wrong place stays good.
    if (owned) this.#take(handle);
    return held.object;
  }

  /** Nobody has got these. */
  #takeBack(handles: readonly Uint8Array[]): void {
    // Whatever goes wrong with them has ended the instance.
    for (const handle of handles) this.drop(handle).catch(() => {});
  }

  /** What runs then is of no use to anybody, and would hold its place until it is done. */
  #endIfForsaken(): void {
    if (this.#forsaken === 0 || this.#held > this.#dropping.size) return;
    if (this.#busy === this.#forsaken + this.#dropping.size) this.end(new ForsakenInstanceError());
  }

  #take(handle: Uint8Array): Disposable {
    const { owner } = this.#options;
    const { object } = owner.find(handle);
    owner.forget(handle);
    this.#held--;
    return object;
  }

  /** @param signal of a caller: who waits in vain is not served; what runs goes on while somebody else needs the instance */
  async #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#enter();
    let isForsaken = false;
    const onAbort = (): void => {
      isForsaken = true;
      this.#forsaken++;
      this.#endIfForsaken();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    let began = false;
    try {
      await before;
      if (this.#isOver) throw new InstanceGoneError();
      signal?.throwIfAborted();
      began = true;
      return await work();
    } catch (error) {
      // After anything else nobody knows what state the guest is in.
      if (began && !(error instanceof HandleError)) this.end(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (isForsaken) this.#forsaken--;
      resolve();
      this.#leave();
    }
  }

  async #limited<T>(work: () => Promise<T>): Promise<T> {
    const { owner } = this.#options;
    const stopClock = owner.startClock();
    const cancel = owner.schedule(
      () => this.end(new ExecutionTimeError(owner.componentId, owner.maxExecutionMs)),
      owner.maxExecutionMs,
    );
    try {
      return await work();
    } finally {
      cancel();
      stopClock();
    }
  }

  #enter(): void {
    this.#busy++;
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
  }

  #leave(): void {
    this.#busy--;
    this.#rest();
  }

  #rest(): void {
    if (this.#busy > 0 || this.#isOver) return;
    const { owner } = this.#options;
    if (this.#held === 0) {
      this.#isOver = true;
      this.#cancelIdle?.();
      owner.forgetAll(this);
      this.#over.resolve();
      return;
    }
    this.#cancelIdle = owner.schedule(() => this.end(new IdleResourcesError(owner.idleMs)), owner.idleMs);
  }
}
