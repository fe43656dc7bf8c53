/** Which threads can't listen at which addresses. */
export class DeafThreads {
  /** By listener, then by the place of the thread. */
  readonly #errors = new Map<string, Map<number, unknown>>();

  add(listener: string, place: number, error: unknown): void {
    const errors = this.#errors.get(listener) ?? new Map<number, unknown>();
    this.#errors.set(listener, errors.set(place, error));
  }

  /** @returns whether it could not until now */
  delete(listener: string, place: number): boolean {
    const errors = this.#errors.get(listener);
    if (errors?.delete(place) !== true) return false;
    if (errors.size === 0) this.#errors.delete(listener);
    return true;
  }

  /** The address is given up. */
  forget(listener: string): void {
    this.#errors.delete(listener);
  }

  /** Each listener with the place of a thread that can't listen there. */
  *[Symbol.iterator](): Generator<readonly [listener: string, place: number]> {
    for (const [listener, errors] of this.#errors) {
      for (const place of errors.keys()) yield [listener, place];
    }
  }

  /** What can't listen at an address of so many threads; `undefined` when all of them do. */
  describe(listener: string, threads: number): string | undefined {
    const errors = this.#errors.get(listener);
    const [first] = errors?.values() ?? [];
    if (errors === undefined || first === undefined) return undefined;
    const reason = first instanceof Error ? first.message : String(first);
    const who =
      errors.size >= threads
        ? 'no serving thread listens'
        : `${errors.size} of ${threads} serving threads can't listen`;
    return `${who}: ${reason}`;
  }
}
