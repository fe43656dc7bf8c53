import type { Readable } from 'node:stream';
import type { Chunks } from '@wasmlattice/blobstore';

/** The chunks of a stream that ends when its reader leaves, even before the first: the stream's own iterator would hold its connection then. */
export function leavable(stream: Readable): Chunks {
  const chunks: AsyncIterator<Uint8Array> = stream.iterator();
  // An error before anybody reads is told to the reader.
  stream.on('error', () => {});
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => chunks.next(),
      async return() {
        stream.destroy();
        await chunks.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
