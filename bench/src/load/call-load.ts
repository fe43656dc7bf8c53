import { performance } from 'node:perf_hooks';

export interface CallLoadOptions {
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** Keeps `inFlight` calls going; resolves to calls per second, rejects if one fails. */
export async function loadCalls(call: () => Promise<unknown>, options: CallLoadOptions): Promise<number> {
  const counting = performance.now() + options.warmUpMs;
  const end = counting + options.durationMs;
  let counted = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      await call();
      const now = performance.now();
      if (now >= end) return;
      if (now >= counting) counted += 1;
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, lane));
  return counted / (options.durationMs / 1000);
}
