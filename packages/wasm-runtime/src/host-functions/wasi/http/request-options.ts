/** Resource `wasi:http/types.request-options`; durations are nanoseconds. */
export class RequestOptions {
  #connectTimeout: bigint | undefined;
  #firstByteTimeout: bigint | undefined;
  #betweenBytesTimeout: bigint | undefined;

  connectTimeout(): bigint | undefined {
    return this.#connectTimeout;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#connectTimeout = duration;
  }

  firstByteTimeout(): bigint | undefined {
    return this.#firstByteTimeout;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByteTimeout = duration;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytesTimeout;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytesTimeout = duration;
  }
}

/** All three timeouts in nanoseconds, as upstream's hosts send them. */
export interface Timeouts {
  readonly connectTimeout: bigint;
  readonly firstByteTimeout: bigint;
  readonly betweenBytesTimeout: bigint;
}

/** For what a guest leaves unset: upstream's 600 s (docs/spec/wrpc-interfaces.md#3). */
const DEFAULT_TIMEOUT = 600_000_000_000n;

export function timeoutsOf(options: RequestOptions | undefined): Timeouts {
  return {
    connectTimeout: options?.connectTimeout() ?? DEFAULT_TIMEOUT,
    firstByteTimeout: options?.firstByteTimeout() ?? DEFAULT_TIMEOUT,
    betweenBytesTimeout: options?.betweenBytesTimeout() ?? DEFAULT_TIMEOUT,
  };
}
