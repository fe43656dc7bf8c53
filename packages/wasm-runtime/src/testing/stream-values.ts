/** Streams and futures as guests give them to host functions, with what the host makes of them. */

export interface GuestStream extends AsyncIterable<Uint8Array> {
  /** Whether the host dropped its end. */
  isDropped: boolean;
}

/** A guest that writes these chunks, one with each read. */
export function guestStream(...chunks: readonly (string | Error)[]): GuestStream {
  return pulledStream(async (index) => {
    const chunk = chunks[index];
    if (chunk instanceof Error) throw chunk;
    return chunk;
  });
}

/** @param next called for each read; gives nothing at the end */
export function pulledStream(next: (index: number) => Promise<string | undefined>): GuestStream {
  let index = 0;
  const stream: GuestStream = {
    isDropped: false,
    [Symbol.asyncIterator]: () => ({
      async next() {
        const chunk = await next(index++);
        return chunk === undefined
          ? { done: true, value: undefined }
          : { done: false, value: Buffer.from(chunk) };
      },
      async return() {
        stream.isDropped = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return stream;
}

export type GuestFuture<T> = Promise<T> & Disposable & { isDropped: boolean };

export function guestFuture<T>(value: Promise<T>): GuestFuture<T> {
  const future = Object.assign(value, {
    isDropped: false,
    [Symbol.dispose]() {
      future.isDropped = true;
    },
  }) as GuestFuture<T>;
  return future;
}

export async function readText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += Buffer.from(chunk).toString();
  return text;
}
