import type { ServedComponent } from './served-component.js';

/** An invocation of one thread is over its time. */
export interface OverdueInvocation {
  readonly component: ServedComponent;
  readonly runningMs: number;
}

/**
 * How long past its limit an invocation may be before its thread is asked whether it still takes orders, in ms. A guest that
 * waits is ended by a timer of its own thread.
 */
const defaultMarginMs = 250;

/** The invocation of a thread that is furthest over its time `now`, by `monotonicMs`; `undefined` when all are in time. */
export function findOverdue(
  components: Iterable<ServedComponent>,
  thread: number,
  now: number,
  marginMs: number = defaultMarginMs,
): OverdueInvocation | undefined {
  let worst: OverdueInvocation | undefined;
  for (const component of components) {
    const oldest = component.oldestStart(thread, now);
    if (oldest === undefined) continue;
    const runningMs = now - oldest;
    if (runningMs <= component.maxExecutionTimeMs + marginMs) continue;
    if (worst === undefined || runningMs > worst.runningMs) worst = { component, runningMs };
  }
  return worst;
}
