/** Work that has begun and not ended. */
export class WorkInFlight {
  readonly #running = new Set<Promise<void>>();

  get size(): number {
    return this.#running.size;
  }

  /**
   * @param work must not reject
   * @param onEnd called once it has ended and counts no more
   */
  add(work: Promise<void>, onEnd?: () => void): void {
    const entry = work.then(() => {
      this.#running.delete(entry);
      onEnd?.();
    });
    this.#running.add(entry);
  }

  /** Resolves when there is none, that which begins meanwhile included. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
