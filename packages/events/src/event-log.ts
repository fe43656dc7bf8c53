/**
 * A bounded history with readers that wait at its end.
 *
 * Positions count from 0 over the log's whole life. What falls off the beginning is lost to readers that have not
 * reached it; they skip to the oldest item kept.
 */
export class EventLog<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #first = 0;
  #ended = false;
  #waiting = new Set<() => void>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The position the next item will have. */
  get end(): number {
    return this.#first + this.#items.length;
  }

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    if (this.#items.length > this.#capacity) {
      this.#items.shift();
      this.#first += 1;
    }
    this.#wake();
  }

  /** No more items: readers end once they have read what is there. */
  finish(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The items from `position` on, waiting for new ones until the log ends or the signal aborts. */
  async *read(position: number, signal?: AbortSignal): AsyncGenerator<T, void, void> {
    let next = position;
    while (true) {
      signal?.throwIfAborted();
      next = Math.max(next, this.#first);
      const item = this.#items[next - this.#first];
      if (item !== undefined) {
        next += 1;
        yield item;
      } else if (this.#ended) {
        return;
      } else {
        await this.#change(signal);
      }
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resolve of waiting) resolve();
  }

  async #change(signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    this.#waiting.add(resolve);
    signal?.addEventListener('abort', onAbort);
    try {
      await promise;
    } finally {
      this.#waiting.delete(resolve);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
