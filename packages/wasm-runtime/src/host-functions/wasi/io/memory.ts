import type { ByteSink, ByteSource } from './bytes.js';
import { WakeUp } from './wake-up.js';

const ALWAYS = Promise.resolve();

/** A source that is at its end from the start: a request without a body, a closed stdin. */
export const emptySource: ByteSource = {
  read: () => undefined,
  isReady: () => true,
  ready: () => ALWAYS,
  cancel() {},
};

/** Bytes pushed by the host, read by a guest. Unbounded: for tests and for bodies already in memory. */
export class MemorySource implements ByteSource {
  readonly #chunks: Uint8Array[];
  readonly #wakeUp = new WakeUp();
  #ended: boolean;
  #failure: { readonly cause: unknown } | undefined;
  /** Whether the guest dropped the stream. */
  cancelled = false;

  /** Without `chunks` the source stays open for {@link MemorySource.push}; with them it is complete. */
  constructor(chunks?: readonly Uint8Array[]) {
    this.#chunks = [...(chunks ?? [])].filter((chunk) => chunk.length > 0);
    this.#ended = chunks !== undefined;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#wakeUp.wake();
  }

  end(): void {
    this.#ended = true;
    this.#wakeUp.wake();
  }

  fail(cause: unknown): void {
    this.#failure = { cause };
    this.#wakeUp.wake();
  }

  read(max: number): Uint8Array | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) {
      if (this.#failure !== undefined) throw this.#failure.cause;
      return this.#ended ? undefined : new Uint8Array(0);
    }
    if (chunk.length <= max) {
      this.#chunks.shift();
      return chunk;
    }
    this.#chunks[0] = chunk.subarray(max);
    return chunk.subarray(0, max);
  }

  isReady(): boolean {
    return this.#chunks.length > 0 || this.#ended || this.#failure !== undefined;
  }

  ready(): Promise<void> {
    return this.isReady() ? ALWAYS : this.#wakeUp.promise();
  }

  cancel(): void {
    this.cancelled = true;
    this.#chunks.length = 0;
    this.end();
  }
}

/** Keeps what a guest writes. With a `limit` the guest waits until {@link MemorySink.take} makes room. */
export class MemorySink implements ByteSink {
  readonly #limit: number;
  readonly #wakeUp = new WakeUp();
  #chunks: Uint8Array[] = [];
  #size = 0;
  #failure: { readonly cause: unknown } | undefined;
  /** Whether the guest dropped the stream, or the host closed it. */
  closed = false;
  /** How often the guest flushed. */
  flushes = 0;

  constructor(limit: number = Number.MAX_SAFE_INTEGER) {
    this.#limit = limit;
  }

  /** All bytes not yet taken; taking them makes room. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#size = 0;
    this.#wakeUp.wake();
    return bytes;
  }

  /** {@link MemorySink.take} as UTF-8 text. */
  text(): string {
    return Buffer.from(this.take()).toString('utf8');
  }

  fail(cause: unknown): void {
    this.#failure = { cause };
    this.#wakeUp.wake();
  }

  capacity(): number | undefined {
    if (this.#failure !== undefined) throw this.#failure.cause;
    return this.closed ? undefined : this.#limit - this.#size;
  }

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  flush(): void {
    this.flushes++;
  }

  isReady(): boolean {
    return this.closed || this.#failure !== undefined || this.#size < this.#limit;
  }

  ready(): Promise<void> {
    return this.isReady() ? ALWAYS : this.#wakeUp.promise();
  }

  close(): void {
    this.closed = true;
    this.#wakeUp.wake();
  }
}
