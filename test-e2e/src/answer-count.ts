/** The answers of a load, for those who wait for more of them. */
export class AnswerCount {
  readonly #waiting = new Set<() => void>();
  #answered = 0;

  add(): void {
    this.#answered++;
    for (const check of [...this.#waiting]) check();
  }

  /** Resolves when so many more have come; rejects when the load does, whose end is `over`. */
  async more(count: number, over: Promise<unknown>): Promise<void> {
    const wanted = this.#answered + count;
    const reached = Promise.withResolvers<void>();
    const check = (): void => {
      if (this.#answered >= wanted) reached.resolve();
    };
    this.#waiting.add(check);
    await Promise.race([reached.promise, over.then(() => reached.promise)]);
    this.#waiting.delete(check);
  }
}
