import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { IdleCalls } from '../io/index.js';
import { monotonicNow, TimerPollable } from './timer.js';

interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

const monotonicClock: HostInterface = {
  ...declared('wasi:clocks/monotonic-clock@0.2.12'),
  ...wasi02,
  suspending: [],
  bind: (context) => {
    const idle = new IdleCalls();
    return {
      now: monotonicNow,
      resolution: () => 1n,
      subscribeInstant: (when: bigint) => new TimerPollable(when, context.signal, idle),
      subscribeDuration: (nanoseconds: bigint) =>
        new TimerPollable(monotonicNow() + nanoseconds, context.signal, idle),
    };
  },
};

const wallClock: HostInterface = {
  ...declared('wasi:clocks/wall-clock@0.2.12'),
  ...wasi02,
  suspending: [],
  bind: () => ({
    now: (): Datetime => {
      const ms = Date.now();
      return { seconds: BigInt(Math.floor(ms / 1000)), nanoseconds: (ms % 1000) * 1_000_000 };
    },
    resolution: (): Datetime => ({ seconds: 0n, nanoseconds: 1_000_000 }),
  }),
};

/**
 * `wasi:clocks@0.2` without `timezone`, which upstream does not implement either
 * (docs/spec/wrpc-interfaces.md#8).
 */
export const clocksInterfaces: readonly HostInterface[] = [monotonicClock, wallClock];
