/**
 * The same chunks, ending normally also when reading them fails.
 *
 * @param ended called once: with the error, or with nothing when they ended or their reader left early, even before the first
 */
export function endingQuietly<T>(
  chunks: AsyncIterable<T>,
  ended: (failure: { readonly error: unknown } | undefined) => void,
): AsyncIterable<T> {
  const source = chunks[Symbol.asyncIterator]();
  const done: IteratorResult<T> = { done: true, value: undefined };
  const iterator: AsyncIterableIterator<T> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      try {
        const result = await source.next();
        if (result.done === true) ended(undefined);
        return result;
      } catch (error) {
        ended({ error });
        return done;
      }
    },
    // Of a reader that left early: nobody looks at what becomes of the rest.
    async return() {
      ended(undefined);
      await source.return?.();
      return done;
    },
  };
  return iterator;
}
