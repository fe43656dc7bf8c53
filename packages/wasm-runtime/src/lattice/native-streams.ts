import { ChunkedStream } from '../engines/chunked-stream.js';
import { isPulledBytes, type PulledBytes } from '../engines/pulled-bytes.js';
import type { ChunkSource } from '../host-functions/wasi/io/index.js';
import type { ChunkIterator, ElementReader, NativeStream } from './handle-ends.js';

/** Most elements asked of a guest at once. */
const elementsAtOnce = 64 * 1024;

const END = { done: true, value: undefined } as const;

/** What a guest writes to a stream of the component model, as chunks for a wRPC stream. */
export function nativeChunks(stream: NativeStream, isBytes: boolean): ChunkSource<unknown> {
  if (isPulledBytes(stream)) return pulledChunks(stream);
  if (stream instanceof ChunkedStream) {
    return iteratedChunks(stream.chunks()[Symbol.asyncIterator]() as ChunkIterator);
  }
  return 'read' in stream ? readChunks(stream, isBytes) : iteratedChunks(stream);
}

function pulledChunks(stream: PulledBytes): ChunkSource<unknown> {
  return {
    async read() {
      for (;;) {
        const bytes = stream.read(elementsAtOnce);
        if (bytes === undefined || bytes.length > 0) return bytes;
        await stream.ready();
      }
    },
    drop() {
      stream.cancel();
    },
  };
}

function iteratedChunks(stream: ChunkIterator): ChunkSource<unknown> {
  return {
    async read() {
      const { done, value } = await stream.next();
      return done ? undefined : value;
    },
    drop() {
      void stream.return?.();
    },
  };
}

function readChunks(stream: ElementReader, isBytes: boolean): ChunkSource<unknown> {
  return {
    async read() {
      const { done, value } = await stream.read(elementsAtOnce);
      if (done || value === undefined) return undefined;
      return isBytes ? Uint8Array.from(value as ArrayLike<number>) : value;
    },
    drop() {
      try {
        stream[Symbol.dispose]();
      } catch {
        // The guest is gone, or has dropped its end already.
      }
    },
  };
}

/** A wRPC stream for a guest: chunks of bytes as they are, elements of other types one by one. */
export class NativeSource
  extends ChunkedStream
  implements AsyncIterable<unknown>, AsyncIterator<unknown, undefined>
{
  readonly #chunks: AsyncIterator<Iterable<unknown>>;
  readonly #isBytes: boolean;
  readonly #onOver: () => void;
  #rest: Iterator<unknown> | undefined;
  #over = false;

  constructor(chunks: AsyncIterable<Iterable<unknown>>, isBytes: boolean, onOver: () => void) {
    super();
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#isBytes = isBytes;
    this.#onOver = onOver;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      const element = this.#rest?.next();
      if (element !== undefined && !element.done) return { done: false, value: element.value };
      if (this.#over) return END;
      const chunk = await this.#chunks.next();
      if (chunk.done) {
        this.#finish();
        return END;
      }
      if (this.#isBytes) return { done: false, value: chunk.value };
      this.#rest = chunk.value[Symbol.iterator]();
    }
  }

  chunks(): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#nextChunk(), return: () => this.return() }) };
  }

  async #nextChunk(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#over) return END;
    const chunk = await this.#chunks.next();
    if (!chunk.done) return chunk;
    this.#finish();
    return END;
  }

  /** The guest dropped its end, or is gone. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#finish()) await this.#chunks.return?.();
    return END;
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#onOver();
    return true;
  }
}
