/** What a {@link LinkedList} can hold; each in one list at a time. */
export interface Linked<T> {
  /** For the list alone, as is `next`. */
  previous: T | undefined;
  next: T | undefined;
}

/**
 * Objects that come and go all the time, in the order in which they came. A `Set` is no place for them: V8 gives it another table every so
 * often, and the tables it had keep what they held and the tables that followed them, all of it, once one of them is taken for old.
 */
export class LinkedList<T extends Linked<T>> implements Iterable<T> {
  #first: T | undefined;
  #last: T | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** The one that came before all others that are there. */
  get first(): T | undefined {
    return this.#first;
  }

  /** Adds it as the last. It must not be in a list. */
  add(item: T): void {
    item.previous = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
  }

  /** Takes it out. It must be in this list. */
  delete(item: T): void {
    const { previous, next } = item;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    item.previous = undefined;
    item.next = undefined;
  }

  /** The one at hand may be taken out meanwhile. */
  *[Symbol.iterator](): Generator<T, void> {
    for (let item = this.#first; item !== undefined; ) {
      const { next } = item;
      yield item;
      item = next;
    }
  }
}
