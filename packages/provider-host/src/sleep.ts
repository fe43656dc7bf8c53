import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. Tests bring their own. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export const systemSleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, { signal });
};

/** Whether `promise` settles before `ms` are over. The wait ends with whichever is first. */
export async function settlesWithin(promise: Promise<unknown>, ms: number, sleep: Sleep): Promise<boolean> {
  const settled = new AbortController();
  const outcome = promise.then(
    () => true,
    () => true,
  );
  const elapsed = sleep(ms, settled.signal).then(
    () => false,
    () => outcome,
  );
  try {
    return await Promise.race([outcome, elapsed]);
  } finally {
    settled.abort();
  }
}
