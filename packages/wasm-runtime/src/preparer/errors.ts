import { describeCause } from '../errors.js';

/** The thread that prepared a component ended before it was done: it ran out of memory, or broke. */
export class PrepareThreadError extends Error {
  override readonly name = 'PrepareThreadError';
  readonly component: string;

  /** @param cause what ended the thread */
  constructor(component: string, cause: unknown) {
    super(
      `component "${component}" can't be prepared: the thread that compiles it has ended: ${describeCause(cause)}`,
      { cause },
    );
    this.component = component;
  }
}

/** The preparer was closed before the component was prepared. */
export class PreparerClosedError extends Error {
  override readonly name = 'PreparerClosedError';

  constructor(component: string) {
    super(`component "${component}" can't be prepared: the preparer is closed`);
  }
}
