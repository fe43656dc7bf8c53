import { lastStartWriter, monotonicMs, oldestStartWriter, type ThreadCells } from '@wasmlattice/wasm-runtime';

/**
 * Tells the control plane when the oldest invocation of a component in flight in a thread began. The control plane reads it when
 * the thread itself can do nothing any more, because its guest spins; what merely waits is ended by the instance pool.
 */
export interface InvocationClock {
  /** Notes that an invocation begins; the result notes its end. */
  start(): () => void;
}

export interface InvocationClockOptions {
  /** By default `monotonicMs`. */
  readonly now?: () => number;
  /** Told when an invocation has ended. */
  readonly onEnd?: (() => void) | undefined;
}

export function createInvocationClock(
  cells: ThreadCells,
  { now = monotonicMs, onEnd }: InvocationClockOptions = {},
): InvocationClock {
  const publish = oldestStartWriter(cells);
  const publishLast = lastStartWriter(cells);
  /** Start times in the order of the starts. */
  const running = new Set<{ readonly startedAt: number }>();

  const publishOldest = (): void => {
    const [oldest] = running;
    publish(oldest?.startedAt);
  };
  return {
    start() {
      const invocation = { startedAt: now() };
      publishLast(invocation.startedAt);
      running.add(invocation);
      if (running.size === 1) publishOldest();
      return () => {
        const [oldest] = running;
        if (!running.delete(invocation)) return;
        if (oldest === invocation) publishOldest();
        onEnd?.();
      };
    },
  };
}
