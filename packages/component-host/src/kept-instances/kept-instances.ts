import type { CallContext, CallHeaders, WitFunction } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import { OverloadedError, PoolClosedError } from '@wasmlattice/wasm-runtime';
import { type LatticeExport, visitHandles } from '@wasmlattice/wasm-runtime/lattice';
import type { InvocationParts, RunInvocation } from '../invocation/invocation-runner.js';
import { besideOf } from './beside-header.js';
import { HandleError, InstanceGoneError, TooManyHandlesError } from './errors.js';
import { createHandle, type HandleNames, handleFromBytes, handleToBytes } from './handle-bytes.js';
import { HolderWatch } from './holder-watch.js';
import { type HeldResource, KeptInstance, type KeptInstanceOwner } from './kept-instance.js';

/** Most resources that one component keeps in one thread; their instances count against `max_instances` besides. */
const defaultMaxHandles = 10_000;

/** How long an instance waits for the next call of one of its resources, in ms: 10 min, as long as a stream may be silent. */
const defaultIdleMs = 600_000;

/**
 * How long a call that makes a resource may wait for an instance, in ms: less than callers wait for an answer, so that they learn
 * why there is none. Who holds what it waits for may itself wait for the caller.
 */
const defaultMaxWaitMs = 5_000;

/** How often those who hold resources are asked whether they are still there, in ms. */
const defaultAskEveryMs = 2_000;

export interface KeptInstancesOptions {
  readonly componentId: string;
  /** Names this member of the component's group in its handles: what `createOwner` makes. */
  readonly owner: string;
  /** Resolves when who holds resources has answered; rejects with a `not-found` when nobody has that name. */
  readonly askHolder: (holder: string) => Promise<void>;
  /** Resources that the component defines. */
  readonly ownResources: ReadonlySet<unknown>;
  /** Runs one instance until `work` settles, whatever time that takes. */
  readonly run: RunInvocation<Pick<InvocationParts, 'handles'>>;
  /** Tells the watchdog that a guest runs, until the returned function is called. */
  readonly startClock: () => () => void;
  /** Longest time of one call, in ms. */
  readonly maxExecutionMs: number;
  readonly logger: Logger;
  /** Told how many instances there are now of which callers hold resources. */
  readonly onKept?: (instances: number) => void;
  readonly maxHandles?: number;
  readonly idleMs?: number;
  readonly maxWaitMs?: number;
  readonly askEveryMs?: number;
  /** Calls back after some ms, unless the returned function is called before. Default: a timer. */
  readonly schedule?: (callback: () => void, ms: number) => () => void;
}

export interface KeptStats {
  readonly instances: number;
  readonly handles: number;
}

/** The instances of a component that live on for the sake of resources in them, and the handles of those. */
export class KeptInstances implements KeptInstanceOwner {
  /** Names this member of the component's group in its handles. */
  readonly owner: string;
  readonly componentId: string;
  readonly idleMs: number;
  readonly maxExecutionMs: number;
  readonly schedule: (callback: () => void, ms: number) => () => void;
  readonly startClock: () => () => void;
  readonly #options: KeptInstancesOptions;
  readonly #maxHandles: number;
  readonly #maxWaitMs: number;
  /** By the id in the handle. */
  readonly #held = new Map<string, HeldResource>();
  readonly #instances = new Set<KeptInstance>();
  /** Those of them that have given out a resource. */
  readonly #holding = new Set<KeptInstance>();
  readonly #holders: HolderWatch;
  #closed = false;

  constructor(options: KeptInstancesOptions) {
    this.#options = options;
    this.owner = options.owner;
    this.componentId = options.componentId;
    this.idleMs = options.idleMs ?? defaultIdleMs;
    this.maxExecutionMs = options.maxExecutionMs;
    this.schedule = options.schedule ?? schedule;
    this.startClock = options.startClock;
    this.#maxHandles = options.maxHandles ?? defaultMaxHandles;
    this.#maxWaitMs = options.maxWaitMs ?? defaultMaxWaitMs;
    this.#holders = new HolderWatch({
      ask: options.askHolder,
      everyMs: options.askEveryMs ?? defaultAskEveryMs,
      schedule: this.schedule,
      onGone: (holder) => this.#dropAllOf(holder),
    });
  }

  get stats(): KeptStats {
    return { instances: this.#instances.size, handles: this.#held.size };
  }

  /**
   * Calls a function that takes or gives resources of the component: in the instance that keeps those it takes, or where its caller
   * has others already, else in a new one.
   *
   * @throws HandleError, TooManyHandlesError, PoolClosedError, OverloadedError, and what the guest and the pool throw
   */
  async call(exported: LatticeExport, params: readonly unknown[], context: CallContext): Promise<unknown> {
    const holders = new Set(
      this.#handlesIn(exported.form.func, params).map((handle) => this.find(handle).kept),
    );
    if (holders.size > 1) {
      throw new HandleError(
        'the handles of one call are of two instances, which know nothing of each other; pass resources that one invocation made',
      );
    }
    // Before the guest makes something that nobody could hold.
    if (exported.givesOwnResources) this.#requireRoom();
    const [kept] = holders;
    if (kept !== undefined) return await kept.call(exported, params, context);
    const beside = this.#besideOf(context);
    try {
      if (beside !== undefined) return await beside.call(exported, params, context);
    } catch (error) {
      // Before the call's turn came: it asked for company, not for that instance.
      if (!(error instanceof InstanceGoneError)) throw error;
    }
    if (this.#closed) throw new PoolClosedError(this.componentId);
    return await this.#begin(exported, params, context);
  }

  /** @throws HandleError */
  async drop(handle: Uint8Array): Promise<void> {
    await this.find(handle).kept.drop(handle);
  }

  /** The member that keeps what a call names in its headers. */
  ownerBeside(headers: CallHeaders): string | undefined {
    return handleFromBytes(besideOf(headers))?.owner;
  }

  /** The first handle among values of a function's parameters, as far as they are known. */
  firstHandle(func: WitFunction, params: Iterable<unknown>): HandleNames | undefined {
    let index = 0;
    for (const value of params) {
      const type = func.params[index++]?.type;
      let first: HandleNames | undefined;
      if (type !== undefined) {
        visitHandles(type, value, (resource, handle) => {
          if (this.#options.ownResources.has(resource)) first ??= handleFromBytes(handle);
        });
      }
      if (first !== undefined) return first;
    }
    return undefined;
  }

  /** No further instance; resolves once those there are have served whoever holds a handle, or were ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#instances].map(({ over }) => over));
  }

  hold(held: HeldResource): Uint8Array {
    this.#requireRoom();
    const names = createHandle(this.owner);
    this.#held.set(names.id, held);
    if (held.holder !== undefined) this.#holders.add(held.holder);
    if (!this.#holding.has(held.kept)) {
      this.#holding.add(held.kept);
      this.#options.onKept?.(this.#holding.size);
    }
    return handleToBytes(names);
  }

  find(handle: Uint8Array): HeldResource {
    const names = handleFromBytes(handle);
    const held = names && this.#held.get(names.id);
    if (held !== undefined && names?.owner === this.owner) return held;
    if (names !== undefined && names.owner !== this.owner) {
      throw new HandleError(
        'the handle is of another host or thread; resources of one call have to be of one instance: pass those that one invocation made',
      );
    }
    throw new HandleError(
      `component '${this.componentId}' has no resource of this handle: it was dropped, given away, or expired, or its instance failed`,
    );
  }

  forget(handle: Uint8Array): void {
    const names = handleFromBytes(handle);
    if (names !== undefined) this.#forgetId(names.id);
  }

  forgetAll(kept: KeptInstance): void {
    this.#instances.delete(kept);
    if (this.#holding.delete(kept)) this.#options.onKept?.(this.#holding.size);
    for (const [id, held] of this.#held) {
      if (held.kept === kept) this.#forgetId(id);
    }
  }

  #forgetId(id: string): void {
    const holder = this.#held.get(id)?.holder;
    if (this.#held.delete(id) && holder !== undefined) this.#holders.remove(holder);
  }

  /** Its host was killed, or has lost the lattice for long. */
  #dropAllOf(holder: string): void {
    const all = [...this.#held].filter(([, held]) => held.holder === holder);
    this.#options.logger.warn('a caller is gone without a word; the resources that it held are dropped', {
      caller: holder,
      handles: all.length,
    });
    for (const [id, { kept }] of all) {
      // Whatever goes wrong with one of them has ended its instance.
      kept.drop(handleToBytes({ owner: this.owner, id })).catch(() => {});
    }
  }

  /** The first call of an instance. While it runs, its caller may end it. */
  #begin(exported: LatticeExport, params: readonly unknown[], context: CallContext): Promise<unknown> {
    const controller = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = (): void => controller.abort(context.signal.reason);
    context.signal.addEventListener('abort', onAbort, { once: true });
    if (context.signal.aborted) onAbort();
    const answered = (): void => context.signal.removeEventListener('abort', onAbort);
    const cancelWait = this.schedule(() => {
      this.#warnOfWait(exported);
      controller.abort(this.#waitedTooLong());
    }, this.#maxWaitMs);
    this.#options
      .run(context.headers, controller.signal, async (guest, ended, { handles }) => {
        cancelWait();
        const kept = new KeptInstance({ owner: this, guest, handles, controller });
        this.#instances.add(kept);
        // Ended from outside: by the pool, or by a caller that did not wait for the first answer.
        ended.addEventListener('abort', () => kept.end(ended.reason), { once: true });
        resolve(await kept.call(exported, params, context).finally(answered));
        await kept.over;
      })
      .catch(reject)
      .finally(() => {
        cancelWait();
        answered();
      });
    return promise;
  }

  #waitedTooLong(): OverloadedError {
    const { instances, handles } = this.stats;
    return new OverloadedError({
      component: this.componentId,
      budget: 'kept-instances',
      reason: `no instance became free within ${this.#maxWaitMs} ms, and ${instances} of this thread are kept for ${handles} resources: have callers drop them when they are done with, or raise max_instances`,
    });
  }

  #besideOf({ headers }: CallContext): KeptInstance | undefined {
    const names = handleFromBytes(besideOf(headers));
    if (names?.owner !== this.owner) return undefined;
    const kept = this.#held.get(names.id)?.kept;
    return kept?.isOver === true ? undefined : kept;
  }

  #warnOfWait({ instance, func }: LatticeExport): void {
    if (this.#instances.size === 0) return;
    this.#options.logger.warn(
      'a call found no instance while others are kept for their resources: drop handles when they are done with, or raise max_instances',
      { function: `${instance}.${func.name}`, kept: this.#instances.size, handles: this.#held.size },
    );
  }

  #handlesIn(func: WitFunction, params: readonly unknown[]): Uint8Array[] {
    const handles: Uint8Array[] = [];
    for (const [index, { type }] of func.params.entries()) {
      visitHandles(type, params[index], (resource, handle) => {
        if (this.#options.ownResources.has(resource)) handles.push(handle as Uint8Array);
      });
    }
    return handles;
  }

  /** @throws TooManyHandlesError */
  #requireRoom(): void {
    if (this.#held.size >= this.#maxHandles)
      throw new TooManyHandlesError(this.componentId, this.#maxHandles);
  }
}

function schedule(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
