import type { WitFunction, WitResource } from '@wasmlattice/rpc';

/** A guest used a resource of the lattice that it had given away or dropped. */
export class StaleHandleError extends Error {
  override readonly name = 'StaleHandleError';

  constructor() {
    super('the guest uses a resource of the lattice that it no longer has');
  }
}

/** A resource that somebody else in the lattice keeps: to the host it is the bytes that its keeper chose for it. */
export class RemoteResource {
  readonly #handle: Uint8Array;
  readonly #onDrop: ((handle: Uint8Array) => void) | undefined;
  readonly #onOver: () => void;
  #held = true;

  /** @param onDrop tells the keeper; absent for what is only lent to the guest */
  constructor(handle: Uint8Array, onDrop: ((handle: Uint8Array) => void) | undefined, onOver: () => void) {
    this.#handle = handle;
    this.#onDrop = onDrop;
    this.#onOver = onOver;
  }

  /** @throws StaleHandleError, also for what is no remote resource */
  static handleOf(object: unknown): Uint8Array {
    if (!(object instanceof RemoteResource) || !object.#held) throw new StaleHandleError();
    return object.#handle;
  }

  /** As {@link RemoteResource.handleOf}; whoever gets the handle drops it. */
  static giveAway(object: unknown): Uint8Array {
    const handle = RemoteResource.handleOf(object);
    (object as RemoteResource).#leave();
    return handle;
  }

  /** The guest dropped it, or is gone. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#leave();
    this.#onDrop?.(this.#handle);
  }

  #leave(): void {
    this.#held = false;
    this.#onOver();
  }
}

/** A class in jco's conventions for one imported resource of one instance. */
export interface RemoteClass {
  readonly prototype: RemoteResource;
  /** An object of the class for a handle that arrived. */
  adopt(handle: Uint8Array, owned: boolean, onOver: () => void): RemoteResource;
}

/**
 * @param construct what `new` calls: it returns a promise of the object, which engines await as they do that of any function
 * @param drop tells the keeper that the guest has dropped a handle it owned
 */
export function defineRemoteClass(
  construct: ((params: readonly unknown[]) => Promise<unknown>) | undefined,
  drop: (handle: Uint8Array) => void,
): RemoteClass {
  // A function and not a class: `new` must not make an object, and have no handle to give to it.
  function Remote(...params: readonly unknown[]): unknown {
    if (construct === undefined) throw new TypeError('this resource has no constructor');
    return construct(params);
  }
  Remote.prototype = Object.create(RemoteResource.prototype) as RemoteResource;
  const adopt: RemoteClass['adopt'] = (handle, owned, onOver) =>
    Reflect.construct(RemoteResource, [handle, owned ? drop : undefined, onOver], Remote);
  return Object.assign(Remote as unknown as RemoteClass, { adopt });
}

const dropFunctions = new WeakMap<WitResource, WitFunction>();

/**
 * What is called when a handle is dropped. WIT has no function of such a name, and wRPC none for drops (spec wrpc §7): other
 * implementations do not listen, and then nothing happens.
 */
export function dropFunction(resource: WitResource): WitFunction {
  let func = dropFunctions.get(resource);
  if (func === undefined) {
    func = { name: `${resource.name}.~drop`, params: [{ name: 'self', type: { kind: 'own', resource } }] };
    dropFunctions.set(resource, func);
  }
  return func;
}
