import type { Sleep } from '../sleep.js';

/** Time that passes only when the test says so. */
export interface ManualSleep {
  readonly sleep: Sleep;
  /** Resolves with the length of the next sleep once it has begun. */
  begun(): Promise<number>;
  /** Ends the sleep under way. */
  elapse(): void;
}

export function createManualSleep(): ManualSleep {
  const lengths: number[] = [];
  const waiting: ((ms: number) => void)[] = [];
  let wake: () => void = () => {};
  return {
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        if (signal.aborted) reject(signal.reason);
        wake = resolve;
        const waiter = waiting.shift();
        if (waiter === undefined) lengths.push(ms);
        else waiter(ms);
      }),
    begun: () =>
      new Promise((resolve) => {
        const length = lengths.shift();
        if (length === undefined) waiting.push(resolve);
        else resolve(length);
      }),
    elapse: () => wake(),
  };
}
