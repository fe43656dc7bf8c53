interface Node<T> {
  readonly value: T;
  previous: Node<T> | undefined;
  next: Node<T> | undefined;
}

/**
 * Values in the order in which they came. Unlike with a `Set`, which keeps the places of what was taken out for a while, it costs the same to find the
 * first and to take any out, however many there were.
 */
export class OrderedSet<T> {
  readonly #nodes = new Map<T, Node<T>>();
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;

  get size(): number {
    return this.#nodes.size;
  }

  /** Adds it as the last. It must not be in there. */
  add(value: T): void {
    const node: Node<T> = { value, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
    this.#nodes.set(value, node);
  }

  /** Does nothing for what is not in there. */
  delete(value: T): void {
    const node = this.#nodes.get(value);
    if (node === undefined) return;
    this.#nodes.delete(value);
    if (node.previous === undefined) this.#first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#last = node.previous;
    else node.next.previous = node.previous;
  }

  /** The first that `matches` is for. */
  find(matches: (value: T) => boolean): T | undefined {
    for (let node = this.#first; node !== undefined; node = node.next) {
      if (matches(node.value)) return node.value;
    }
    return undefined;
  }

  /** The first ones. */
  take(count: number): T[] {
    const taken: T[] = [];
    for (let node = this.#first; node !== undefined && taken.length < count; node = node.next) {
      taken.push(node.value);
    }
    return taken;
  }

  clear(): void {
    this.#nodes.clear();
    this.#first = undefined;
    this.#last = undefined;
  }
}
