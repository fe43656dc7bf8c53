/** What several share; give it back when done. */
export interface Shared<T> {
  readonly value: T;
  /** The last one to give it back closes it. A second call does nothing. */
  release(): Promise<void>;
  /** Releases, so that the scope of a link can have it. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SharedPoolOptions<Key, T> {
  readonly open: (key: Key) => Promise<T>;
  readonly close: (value: T) => Promise<void>;
}

interface Entry<T> {
  readonly opening: Promise<T>;
  users: number;
}

/** Connections, or what else is worth sharing: one for each key, of users with an equal key, closed with its last user. */
export class SharedPool<Key, T> {
  readonly #options: SharedPoolOptions<Key, T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: SharedPoolOptions<Key, T>) {
    this.#options = options;
  }

  /**
   * Rejects with what opening throws; the next call tries again.
   *
   * @param key plain data: keys with the same JSON are equal
   */
  async acquire(key: Key): Promise<Shared<T>> {
    const name = JSON.stringify(key);
    const entry = this.#entries.get(name) ?? { opening: this.#options.open(key), users: 0 };
    this.#entries.set(name, entry);
    entry.users += 1;
    let value: T;
    try {
      value = await entry.opening;
    } catch (error) {
      // Whoever comes next must not get the attempt that failed.
      this.#forget(name, entry);
      throw error;
    }
    let released: Promise<void> | undefined;
    const release = (): Promise<void> => {
      released ??= this.#leave(name, entry, value);
      return released;
    };
    return { value, release, [Symbol.asyncDispose]: release };
  }

  /** All that are open. */
  async values(): Promise<readonly T[]> {
    const opened = await Promise.allSettled([...this.#entries.values()].map(({ opening }) => opening));
    return opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }

  /** Closes all of them, used or not. */
  async close(): Promise<void> {
    const open = await this.values();
    this.#entries.clear();
    await Promise.all(open.map((value) => this.#options.close(value)));
  }

  async #leave(name: string, entry: Entry<T>, value: T): Promise<void> {
    entry.users -= 1;
    if (entry.users > 0 || !this.#forget(name, entry)) return;
    await this.#options.close(value);
  }

  /** @returns whether it was there: one that is not was closed with the pool, or is another's */
  #forget(name: string, entry: Entry<T>): boolean {
    return this.#entries.get(name) === entry && this.#entries.delete(name);
  }
}
