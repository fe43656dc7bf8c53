import {
  type Linked,
  LinkedList,
  lastStartWriter,
  monotonicMs,
  oldestStartWriter,
  type ThreadCells,
} from '@wasmlattice/wasm-runtime';

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
  /** In the order of the starts. */
  const running = new LinkedList<Running>();

  return {
    start() {
      const invocation = new Running(now());
      publishLast(invocation.startedAt);
      if (running.isEmpty) publish(invocation.startedAt);
      running.add(invocation);
      return () => {
        if (invocation.isOver) return;
        invocation.isOver = true;
        const isOldest = running.first === invocation;
        running.delete(invocation);
        if (isOldest) publish(running.first?.startedAt);
        onEnd?.();
      };
    },
  };
}

class Running implements Linked<Running> {
  previous: Running | undefined;
  next: Running | undefined;
  readonly startedAt: number;
  isOver = false;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }
}
