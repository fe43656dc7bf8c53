/** Why the embedded NATS server is not there; each has another remedy. */
export type EmbeddedNatsFailure =
  /** There is no `nats-server` program. */
  | 'not-found'
  /** Another host uses the data folder. */
  | 'data-dir-in-use'
  /** The program ended before it was ready. */
  | 'exited'
  /** The program runs but did not become ready in time. */
  | 'not-ready';

/** The embedded NATS server could not be started. The message says what to do. */
export class EmbeddedNatsError extends Error {
  override readonly name = 'EmbeddedNatsError';
  readonly failure: EmbeddedNatsFailure;

  constructor(message: string, failure: EmbeddedNatsFailure, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
