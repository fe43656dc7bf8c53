import type { ByteSink } from './bytes.js';
import { GuestMisuseError } from './errors.js';
import { IdleCalls } from './idle-calls.js';
import { closed, failed, type InputStream } from './input-stream.js';
import { Pollable } from './pollable.js';

/** Most zero bytes made at a time for `blocking-write-zeroes-and-flush`. */
const ZEROES_AT_ONCE = 64 * 1024;

/** Most zero bytes of one call: the WIT speaks of 4,096, and a sink that is always ready would take any number in one turn. */
const MOST_ZEROES = 1024 * 1024;

/** Resource `wasi:io/streams.output-stream` over a {@link ByteSink}. */
export class OutputStream {
  readonly #sink: ByteSink;
  readonly #idle = new IdleCalls();
  #over = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  checkWrite(): bigint | PromiseLike<bigint> {
    return this.#idle.count(BigInt(this.#permit()));
  }

  write(contents: Uint8Array): void | PromiseLike<void> {
    const permit = this.#permit();
    if (contents.length > permit) {
      throw new GuestMisuseError(
        `the guest wrote ${contents.length} bytes to an output-stream with a permit for ${permit}`,
      );
    }
    this.#put(contents);
    if (contents.length === 0) return this.#idle.count(undefined);
  }

  blockingWriteAndFlush(contents: Uint8Array): void | Promise<void> {
    if (contents.length > this.#permit()) return this.#writeAll(contents);
    this.#put(contents);
    return this.blockingFlush();
  }

  flush(): void | PromiseLike<void> {
    this.#flush();
    return this.#idle.count(undefined);
  }

  blockingFlush(): void | Promise<void> {
    this.#flush();
    if (!this.#sink.isReady()) return this.#untilReady();
    this.#permit();
  }

  subscribe(): Pollable {
    return new Pollable(this.#sink, this.#idle);
  }

  writeZeroes(length: bigint): void | PromiseLike<void> {
    const permit = this.#permit();
    if (length > permit) {
      throw new GuestMisuseError(
        `the guest wrote ${length} zeroes to an output-stream with a permit for ${permit}`,
      );
    }
    this.#put(new Uint8Array(Number(length)));
    if (length === 0n) return this.#idle.count(undefined);
  }

  async blockingWriteZeroesAndFlush(length: bigint): Promise<void> {
    if (length > MOST_ZEROES) {
      throw new GuestMisuseError(
        `the guest wrote ${length} zeroes at once; ${MOST_ZEROES} are allowed, and the WIT promises 4096`,
      );
    }
    let left = length;
    while (left > 0n) {
      const count = left > ZEROES_AT_ONCE ? ZEROES_AT_ONCE : Number(left);
      await this.#writeInParts(new Uint8Array(count));
      left -= BigInt(count);
    }
    await this.blockingFlush();
  }

  /** Moves what both sides can take now. */
  splice(source: InputStream, length: bigint): bigint | PromiseLike<bigint> {
    const permit = this.#permit();
    const bytes = source.take(length < permit ? length : BigInt(permit));
    this.#put(bytes);
    const moved = BigInt(bytes.length);
    return moved > 0n ? moved : this.#idle.count(moved);
  }

  async blockingSplice(source: InputStream, length: bigint): Promise<bigint> {
    if (this.#permit() === 0) await this.#untilReady();
    const permit = this.#permit();
    const bytes = await source.blockingRead(length < permit ? length : BigInt(permit));
    if (bytes.length > 0) await this.#writeInParts(bytes);
    return BigInt(bytes.length);
  }

  [Symbol.dispose](): void {
    this.dropped();
  }

  /** The guest has dropped it. A name of its own, since V8 looks up `super[symbol]` anew each time. */
  dropped(): void {
    this.#over = true;
    this.#sink.close();
  }

  async #writeAll(contents: Uint8Array): Promise<void> {
    await this.#writeInParts(contents);
    await this.blockingFlush();
  }

  async #writeInParts(contents: Uint8Array): Promise<void> {
    let rest = contents;
    while (rest.length > 0) {
      const permit = this.#permit();
      if (permit === 0) {
        await this.#untilReady();
        continue;
      }
      this.#put(rest.subarray(0, permit));
      rest = rest.subarray(permit);
    }
  }

  #flush(): void {
    this.#permit();
    this.#sink.flush();
  }

  async #untilReady(): Promise<void> {
    await this.#sink.ready();
    this.#permit();
  }

  #put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#idle.reset();
    try {
      this.#sink.write(bytes);
    } catch (cause) {
      this.#over = true;
      throw failed(cause);
    }
  }

  /** After a failure the stream stays closed, whatever its sink says. */
  #permit(): number {
    if (this.#over) throw closed();
    let permit: number | undefined;
    try {
      permit = this.#sink.capacity();
    } catch (cause) {
      this.#over = true;
      throw failed(cause);
    }
    if (permit === undefined) {
      this.#over = true;
      throw closed();
    }
    return permit;
  }
}
