/** Runs one command at a time, in the order they came. */
export interface CommandQueue {
  /** Settles as the command does; one that fails does not hold up the next. */
  run<T>(command: () => Promise<T> | T): Promise<T>;
  /** Commands that have not begun will not; resolves when the one under way is done. */
  close(): Promise<void>;
}

/** A command that came too late. */
export class CommandQueueClosedError extends Error {
  override readonly name = 'CommandQueueClosedError';
}

export function createCommandQueue(): CommandQueue {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    run(command) {
      const done = last.then(() => {
        if (closed) throw new CommandQueueClosedError('the provider is shutting down');
        return command();
      });
      last = done.catch(() => {});
      return done;
    },
    async close() {
      closed = true;
      await last;
    },
  };
}
