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
}

/** @param handle must not reject */
export function createMessageQueue<M>(
  handle: (message: M) => Promise<void>,
  limits: { readonly running: number; readonly waiting: number } = {
    running: maxRunning,
    waiting: maxWaiting,
  },
): MessageQueue<M> {
  let waiting: M[] = [];
  let next = 0;
  let running = 0;

  const startNext = (): void => {
    while (running < limits.running && next < waiting.length) {
      const message = waiting[next++] as M;
      running += 1;
      void handle(message).finally(() => {
        running -= 1;
        startNext();
      });
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
  };
}
