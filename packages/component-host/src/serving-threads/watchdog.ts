import type { ServedComponent } from './served-component.js';

/** An invocation of one thread is over its time. */
export interface OverdueInvocation {
  readonly component: ServedComponent;
  readonly runningMs: number;
  /** What it is beyond, as the end of a sentence. */
  readonly limit: string;
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
    const { maxExecutionTimeMs, stopBy = Number.POSITIVE_INFINITY } = component;
    const runningMs = now - oldest;
    const isStopped = now > stopBy + marginMs;
    if (runningMs <= maxExecutionTimeMs + marginMs && !isStopped) continue;
    if (worst !== undefined && runningMs <= worst.runningMs) continue;
    const limit = isStopped
      ? 'the component was stopped or replaced, and the time for that is over'
      : `the limit is ${maxExecutionTimeMs} ms`;
    worst = { component, runningMs, limit };
  }
  return worst;
}
