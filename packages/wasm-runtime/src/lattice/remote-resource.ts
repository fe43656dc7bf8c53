import type { WitFunction, WitResource } from '@wasmlattice/rpc';

/** A guest used a resource of the lattice that it had given away or dropped. */
export class StaleHandleError extends Error {
  override readonly name = 'StaleHandleError';

  constructor() {
    super('the guest uses a resource of the lattice that it no longer has');
  }
}

/** How a handle came to a guest. */
export interface RemoteArrival {
  readonly handle: Uint8Array;
  /** Name of the link it came by, where its keeper is found again; `undefined` for a handle that a caller brought. */
  readonly linkName: string | undefined;
  /** The guest no longer has it. */
  readonly onOver: () => void;
}

/** Tells the keeper that the guest has dropped a handle it owned. */
export type RemoteDrop = (arrival: RemoteArrival) => void;

/** A resource that somebody else in the lattice keeps: to the host it is the bytes that its keeper chose for it. */
export class RemoteResource {
  readonly #arrival: RemoteArrival;
  readonly #onDrop: RemoteDrop | undefined;
  #held = true;

  /** @param onDrop tells the keeper; absent for what is only lent to the guest */
  constructor(arrival: RemoteArrival, onDrop: RemoteDrop | undefined) {
    this.#arrival = arrival;
    this.#onDrop = onDrop;
  }

  /** @throws StaleHandleError, also for what is no remote resource */
  static arrivalOf(object: unknown): RemoteArrival {
    if (!(object instanceof RemoteResource) || !object.#held) throw new StaleHandleError();
    return object.#arrival;
  }

  /** As {@link RemoteResource.arrivalOf}; whoever gets the handle drops it. */
  static giveAway(object: unknown): RemoteArrival {
    const arrival = RemoteResource.arrivalOf(object);
    (object as RemoteResource).#leave();
    return arrival;
  }

  /** The guest dropped it, or is gone. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#leave();
    this.#onDrop?.(this.#arrival);
  }

  #leave(): void {
    this.#held = false;
    this.#arrival.onOver();
  }
}

/** A class for one imported resource of one instance. It has no methods: their names are the guest's and may be any, `then` among them. */
export interface RemoteClass {
  /** What the guest imports. */
  readonly type: { readonly prototype: RemoteResource };
  /** An object of the class for a handle that arrived. */
  adopt(arrival: RemoteArrival, owned: boolean): RemoteResource;
}

/**
 * @param construct what `new` calls: it returns a promise of the object, which engines await as they do that of any function
 */
export function defineRemoteClass(
  construct: ((params: readonly unknown[]) => Promise<unknown>) | undefined,
  drop: RemoteDrop,
): RemoteClass {
  // A function and not a class: `new` must not make an object, and have no handle to give to it.
  function Remote(...params: readonly unknown[]): unknown {
    if (construct === undefined) throw new TypeError('this resource has no constructor');
    return construct(params);
  }
  Remote.prototype = Object.create(RemoteResource.prototype) as RemoteResource;
  const adopt: RemoteClass['adopt'] = (arrival, owned) =>
    Reflect.construct(RemoteResource, [arrival, owned ? drop : undefined], Remote);
  return { type: Remote as unknown as RemoteClass['type'], adopt };
}

/** No function of WIT can be named so. */
const dropSuffix = '.~drop';

/** Whether a function is one of {@link dropFunction}. */
export function isDropFunction({ name }: Pick<WitFunction, 'name'>): boolean {
  return name.endsWith(dropSuffix);
}

const dropFunctions = new WeakMap<WitResource, WitFunction>();

/**
 * What is called when a handle is dropped. WIT has no function of such a name, and wRPC none for drops
 * (docs/spec/wrpc.md#7): other implementations do not listen, and then nothing happens.
 */
export function dropFunction(resource: WitResource): WitFunction {
  let func = dropFunctions.get(resource);
  if (func === undefined) {
    func = {
      name: `${resource.name}${dropSuffix}`,
      params: [{ name: 'self', type: { kind: 'own', resource } }],
    };
    dropFunctions.set(resource, func);
  }
  return func;
}
