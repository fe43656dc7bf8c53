/** Bytes of shared memory one clock needs. */
export const invocationClockBytes: number = BigInt64Array.BYTES_PER_ELEMENT;

/**
 * Tells the control plane when the oldest invocation in flight of a worker began. The control plane reads it when the
 * worker itself can do nothing any more, because its guest spins; what merely waits is ended by the instance pool.
 */
export interface InvocationClock {
  /** Notes that an invocation begins; the result notes its end. */
  start(): () => void;
}

export function createInvocationClock(
  memory: SharedArrayBuffer,
  now: () => number = Date.now,
): InvocationClock {
  const cell = new BigInt64Array(memory);
  /** Start times in the order of the starts. */
  const running = new Set<{ readonly startedAt: number }>();

  const publishOldest = (): void => {
    const [oldest] = running;
    Atomics.store(cell, 0, oldest === undefined ? 0n : BigInt(Math.floor(oldest.startedAt)));
  };
  return {
    start() {
      const invocation = { startedAt: now() };
      running.add(invocation);
      if (running.size === 1) publishOldest();
      return () => {
        const [oldest] = running;
        if (running.delete(invocation) && oldest === invocation) publishOldest();
      };
    },
  };
}

/** When the oldest invocation of a worker began, in ms since the epoch; `undefined` when it is idle. */
export function readOldestStart(memory: SharedArrayBuffer): number | undefined {
  const value = Atomics.load(new BigInt64Array(memory), 0);
  return value === 0n ? undefined : Number(value);
}
