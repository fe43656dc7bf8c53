import { WorkInFlight } from './work-in-flight.js';

/** How many messages of a link are handled at a time; a component may allow fewer (`max_instances`). */
const maxRunning = 256;
/** How many may wait behind them, as many as NATS clients keep by default. */
const maxWaiting = 65_536;

/** Hands messages on in the order they arrive, a bounded number at a time. */
export interface MessageQueue<M> {
  /** `false` when too many wait already: the message is lost, as it is for any slow subscriber. */
  push(message: M): boolean;
  /** Drops what waits; what is being handled goes on. */
  close(): void;
  /** Resolves when nothing is being handled. */
  settled(): Promise<void>;
}

/** @param handle must not reject */
export function createMessageQueue<M>(
  handle: (message: M) => Promise<void>,
  limits: { readonly running: number; readonly waiting: number } = {
    running: maxRunning,
    waiting: maxWaiting,
  },
): MessageQueue<M> {
  const running = new WorkInFlight();
  let waiting: M[] = [];
  let next = 0;

  const startNext = (): void => {
    while (running.size < limits.running && next < waiting.length) {
      const message = waiting[next++] as M;
      running.add(handle(message), startNext);
    }
    // Not `shift`, which moves all others each time.
    if (next * 2 >= waiting.length) {
      waiting = waiting.slice(next);
      next = 0;
    }
  };

  return {
    push(message) {
      if (waiting.length - next >= limits.waiting) return false;
      waiting.push(message);
      startNext();
      return true;
    },
    close() {
      waiting = [];
      next = 0;
    },
    settled: () => running.settled(),
  };
}
