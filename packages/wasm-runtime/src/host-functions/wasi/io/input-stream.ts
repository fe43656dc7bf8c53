import type { ByteSource } from './bytes.js';
import { ResultError } from './errors.js';
import { IdleCalls } from './idle-calls.js';
import { IoError } from './io-error.js';
import { Pollable } from './pollable.js';

/** `wasi:io/streams.stream-error` */
export type StreamError =
  | { readonly tag: 'last-operation-failed'; readonly val: IoError }
  | { readonly tag: 'closed' };

/** The error a stream function throws at the end of its stream. */
export function closed(): ResultError<StreamError> {
  return new ResultError<StreamError>({ tag: 'closed' });
}

/** The error a stream function throws when its source or sink failed with `cause`. */
export function failed(cause: unknown): ResultError<StreamError> {
  return new ResultError<StreamError>({ tag: 'last-operation-failed', val: new IoError(cause) });
}

/**
 * Most bytes one read hands to the guest. Guests ask for up to 2^64 - 1 and must accept less; without a bound
 * a large memory source would be copied into the guest in one piece.
 */
const LONGEST_READ = 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** Resource `wasi:io/streams.input-stream` over a {@link ByteSource}. */
export class InputStream {
  readonly #source: ByteSource;
  readonly #idle = new IdleCalls();
  #over = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  read(length: bigint): Uint8Array | PromiseLike<Uint8Array> {
    const bytes = this.take(length);
    return bytes.length > 0 ? bytes : this.#idle.count(bytes);
  }

  blockingRead(length: bigint): Uint8Array | Promise<Uint8Array> {
    if (this.#over || this.#source.isReady()) {
      const bytes = this.take(length);
      if (bytes.length > 0 || length === 0n) return bytes;
    }
    return this.#takeWhenReady(length);
  }

  skip(length: bigint): bigint | PromiseLike<bigint> {
    const skipped = BigInt(this.take(length).length);
    return skipped > 0n ? skipped : this.#idle.count(skipped);
  }

  blockingSkip(length: bigint): bigint | Promise<bigint> {
    const bytes = this.blockingRead(length);
    return bytes instanceof Promise ? bytes.then((late) => BigInt(late.length)) : BigInt(bytes.length);
  }

  subscribe(): Pollable {
    return new Pollable(this.#source, this.#idle);
  }

  [Symbol.dispose](): void {
    this.dropped();
  }

  /** The guest has dropped it. A name of its own, since V8 looks up `super[symbol]` anew each time. */
  dropped(): void {
    this.#over = true;
    this.#source.cancel();
  }

  async #takeWhenReady(length: bigint): Promise<Uint8Array> {
    for (;;) {
      await this.#source.ready();
      const bytes = this.take(length);
      if (bytes.length > 0 || length === 0n) return bytes;
    }
  }

  /**
   * As {@link InputStream.read}, for the host. After the end or a failure the stream stays closed, whatever its source says.
   */
  take(length: bigint): Uint8Array {
    if (this.#over) throw closed();
    if (length === 0n) return NOTHING;
    const max = length > LONGEST_READ ? LONGEST_READ : Number(length);
    let bytes: Uint8Array | undefined;
    try {
      bytes = this.#source.read(max);
    } catch (cause) {
      this.#over = true;
      throw failed(cause);
    }
    if (bytes === undefined) {
      this.#over = true;
      throw closed();
    }
    if (bytes.length > 0) this.#idle.reset();
    return bytes;
  }
}
