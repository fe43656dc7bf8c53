import { type HostInterface, wasi03 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { monotonicNow, waitUntil } from './timer.js';

/** `wasi:clocks/system-clock.instant` */
interface Instant {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

const monotonicClock: HostInterface = {
  ...declared('wasi:clocks/monotonic-clock@0.3.2'),
  ...wasi03,
  suspending: ['wait-until', 'wait-for'],
  bind: (context) => ({
    now: monotonicNow,
    getResolution: () => 1n,
    waitUntil: (when: bigint) => waitUntil(when, context.signal),
    waitFor: (nanoseconds: bigint) => waitUntil(monotonicNow() + nanoseconds, context.signal),
  }),
};

const systemClock: HostInterface = {
  ...declared('wasi:clocks/system-clock@0.3.2'),
  ...wasi03,
  suspending: [],
  bind: () => ({
    now: (): Instant => {
      const ms = Date.now();
      return { seconds: BigInt(Math.floor(ms / 1000)), nanoseconds: (ms % 1000) * 1_000_000 };
    },
    getResolution: () => 1_000_000n,
  }),
};

/** `wasi:clocks@0.3` without `timezone`, which is unstable. */
export const clocks03Interfaces: readonly HostInterface[] = [monotonicClock, systemClock];
