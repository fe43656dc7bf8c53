/**
 * Holds what is in flight, each thing under a small number that is reused once it is gone.
 *
 * A Map or Set would do, but V8 links each hash table that one outgrows to the next: where thousands of calls a second
 * come and go, tables that got old keep all later ones alive, and with them every call. The garbage collector then took
 * a fifth of the time. See docs/adr/0006-what-is-in-flight.md.
 */
export class SlotTable<T extends object> {
  readonly #slots: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  /** @returns the number that {@link SlotTable.get} and {@link SlotTable.remove} take */
  add(item: T): number {
    const slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[slot] = item;
    return slot;
  }

  get(slot: number): T | undefined {
    return this.#slots[slot];
  }

  /** Does nothing for a slot that is free. */
  remove(slot: number): void {
    if (this.#slots[slot] === undefined) return;
    this.#slots[slot] = undefined;
    this.#free.push(slot);
  }

  /** What is there now: a copy, so that each may be removed on the way. */
  all(): readonly T[] {
    return this.#slots.filter((item) => item !== undefined);
  }
}
