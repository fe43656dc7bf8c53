import type { Timeouts } from './timeouts.js';

/** Resource `wasi:http/types.request-options`; durations are nanoseconds. */
export class RequestOptions {
  readonly #timeouts: Timeouts = {};

  connectTimeout(): bigint | undefined {
    return this.#timeouts.connectTimeout;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#timeouts.connectTimeout = duration;
  }

  firstByteTimeout(): bigint | undefined {
    return this.#timeouts.firstByteTimeout;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#timeouts.firstByteTimeout = duration;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#timeouts.betweenBytesTimeout;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#timeouts.betweenBytesTimeout = duration;
  }

  /** For the host. */
  get timeouts(): Timeouts {
    return this.#timeouts;
  }
}
