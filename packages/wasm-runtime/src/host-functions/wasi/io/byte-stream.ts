import { isPulledBytes } from '../../../engines/pulled-bytes.js';
import type { ByteSource } from './bytes.js';
import { IterableSource } from './iterable-source.js';

/** Most bytes of a chunk. */
const CHUNK = 64 * 1024;

const END = { done: true, value: undefined } as const;

/**
 * A `stream<u8>` that the host gives to a guest. Engines may read its bytes without waiting for promises, as those of any
 * {@link ByteSource}. It ends where its source ends or fails: a stream of the component model can't say why, so whoever
 * makes it says so elsewhere, when it is told how it ended.
 */
export class ByteStream implements ByteSource, AsyncIterable<Uint8Array> {
  readonly #source: ByteSource;
  readonly #onOver: (ending: StreamEnding) => void;
  #isOver = false;

  constructor(source: ByteSource, onOver: (ending: StreamEnding) => void = () => {}) {
    this.#source = source;
    this.#onOver = onOver;
  }

  read(max: number): Uint8Array | undefined {
    if (this.#isOver) return undefined;
    try {
      const bytes = this.#source.read(max);
      if (bytes === undefined) this.#end({ kind: 'complete' });
      return bytes;
    } catch (cause) {
      this.#end({ kind: 'failed', cause });
      return undefined;
    }
  }

  isReady(): boolean {
    return this.#isOver || this.#source.isReady();
  }

  ready(): Promise<void> {
    return this.#isOver ? Promise.resolve() : this.#source.ready();
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#end({ kind: 'dropped' });
    this.#source.cancel();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: async () => {
        for (;;) {
          const bytes = this.read(CHUNK);
          if (bytes === undefined) return END;
          if (bytes.length > 0) return { done: false, value: bytes };
          await this.ready();
        }
      },
      return: async () => {
        this.cancel();
        return END;
      },
    };
  }

  #end(ending: StreamEnding): void {
    this.#isOver = true;
    this.#onOver(ending);
  }
}

/** How a stream ended: with its source, or because its reader dropped it. */
export type StreamEnding =
  | { readonly kind: 'complete' }
  | { readonly kind: 'failed'; readonly cause: unknown }
  | { readonly kind: 'dropped' };

/** A `stream<u8>` from a guest as a source. One that the host gave and that comes back unread is its own source. */
export function streamSource(stream: AsyncIterable<Uint8Array>): ByteSource {
  return isPulledBytes(stream) ? stream : new IterableSource(stream);
}
