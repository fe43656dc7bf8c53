/** The timeouts of a request in nanoseconds, as far as the guest set them. */
export interface Timeouts {
  connectTimeout?: bigint | undefined;
  firstByteTimeout?: bigint | undefined;
  betweenBytesTimeout?: bigint | undefined;
}

/** All three, as upstream's hosts send them. */
export interface AllTimeouts {
  readonly connectTimeout: bigint;
  readonly firstByteTimeout: bigint;
  readonly betweenBytesTimeout: bigint;
}

/** For what a guest leaves unset: upstream's 600 s (docs/spec/wrpc-interfaces.md#3). */
const DEFAULT_TIMEOUT = 600_000_000_000n;

export function allTimeouts({
  connectTimeout = DEFAULT_TIMEOUT,
  firstByteTimeout = DEFAULT_TIMEOUT,
  betweenBytesTimeout = DEFAULT_TIMEOUT,
}: Timeouts = {}): AllTimeouts {
  return { connectTimeout, firstByteTimeout, betweenBytesTimeout };
}
