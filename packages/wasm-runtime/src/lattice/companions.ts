import type { RemoteArrival } from './remote-resource.js';

/** Where the resources of one interface are kept: behind its link, by whatever name. */
interface Place {
  readonly linkKey: string;
  /** `undefined`: a caller brought them. */
  readonly linkName: string | undefined;
  readonly arrivals: Set<RemoteArrival>;
}

/** Who is behind a link now; `undefined` when nobody is. */
export type TargetOf = (linkKey: string, linkName: string | undefined) => string | undefined;

/**
 * The resources that a guest owns and others keep. Who makes it another one is asked to have it beside those, as only resources of
 * one instance can meet in a call.
 */
export class Companions {
  readonly #places = new Map<string, Place>();
  /** Calls under way that may give the first resource of a target. */
  readonly #making = new Map<string, Promise<unknown>>();

  /** @returns what to call when the guest has it no longer */
  add(linkKey: string, arrival: RemoteArrival): () => void {
    const { linkName } = arrival;
    const name = `${linkKey} ${linkName ?? ''}`;
    const place = this.#places.get(name) ?? { linkKey, linkName, arrivals: new Set() };
    this.#places.set(name, place);
    place.arrivals.add(arrival);
    return () => {
      place.arrivals.delete(arrival);
      if (place.arrivals.size === 0 && this.#places.get(name) === place) this.#places.delete(name);
    };
  }

  /**
   * Makes a call that may give resources of a target.
   *
   * @param make gets a handle that the guest has of the target already; does not resolve before {@link Companions.add} was called for
   * what the call gave
   */
  async make<T>(
    target: string,
    targetOf: TargetOf,
    make: (beside: Uint8Array | undefined) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const beside = this.#handleAt(target, targetOf);
      if (beside !== undefined) return await make(beside);
      const first = this.#making.get(target);
      if (first === undefined) break;
      // Of several at a time, the first makes the instance.
      await first.catch(() => {});
    }
    const made = make(undefined);
    this.#making.set(target, made);
    try {
      return await made;
    } finally {
      this.#making.delete(target);
    }
  }

  /** The one that the guest has had longest. */
  #handleAt(target: string, targetOf: TargetOf): Uint8Array | undefined {
    for (const { linkKey, linkName, arrivals } of this.#places.values()) {
      if (targetOf(linkKey, linkName) !== target) continue;
      const [oldest] = arrivals;
      return oldest?.handle;
    }
    return undefined;
  }
}
