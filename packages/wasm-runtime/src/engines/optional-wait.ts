/**
 * What a host function returns that has its value and asks to be waited for all the same, so that others get their turn. A guest
 * that can't be suspended, in its start code or in a destructor, takes the value without the wait.
 */
export class OptionalWait<T> implements PromiseLike<T> {
  readonly value: T;
  readonly #over: Promise<void>;

  constructor(value: T, over: Promise<void>) {
    this.value = value;
    this.#over = over;
  }

  // biome-ignore lint/suspicious/noThenProperty: engines wait for it as for any promise
  then<R = T, E = never>(
    onFulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#over.then(() => this.value).then(onFulfilled, onRejected);
  }
}
