/** Told of what is read of a map. */
export interface MapReads<V> {
  onGet(key: string, value: V | undefined): void;
  onAll(): void;
}

/** A map that tells what is read of it. */
export class ReadMap<V> extends Map<string, V> {
  readonly #reads: MapReads<V>;

  constructor(entries: ReadonlyMap<string, V>, reads: MapReads<V>) {
    super();
    for (const [key, value] of entries) super.set(key, value);
    this.#reads = reads;
  }

  override get(key: string): V | undefined {
    const value = super.get(key);
    this.#reads.onGet(key, value);
    return value;
  }

  override [Symbol.iterator](): MapIterator<[string, V]> {
    this.#reads.onAll();
    for (const [key, value] of super.entries()) this.#reads.onGet(key, value);
    return super.entries();
  }
}
