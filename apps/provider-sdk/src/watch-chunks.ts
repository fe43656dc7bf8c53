/** How chunks ended: with an error, or `undefined` when there are no more, or their reader left early, even before the first. */
export type ChunksEnd = { readonly error: unknown } | undefined;

/**
 * The same chunks.
 *
 * @param onFailure what their reader sees where reading them fails: the error, or a normal end
 * @param ended called with their end
 */
export function watchChunks<T>(
  chunks: AsyncIterable<T>,
  onFailure: 'throw' | 'end',
  ended: (end: ChunksEnd) => void,
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
        if (onFailure === 'throw') throw error;
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
