/** Why a backend could not be asked, or was not understood. */
export type SecretsClientErrorCode =
  /** Nobody listens under the name of the backend. */
  | 'no-backend'
  /** Nothing came in time. */
  | 'timeout'
  /** What came is none of the protocol. */
  | 'bad-answer'
  /** The connection to NATS is closed, or lacks the permission. */
  | 'not-sent'
  /** Its name can't be part of a subject. */
  | 'bad-name';

/** A backend could not be asked. What it answers itself is a `GetSecretError`. */
export class SecretsClientError extends Error {
  override readonly name = 'SecretsClientError';
  readonly code: SecretsClientErrorCode;

  constructor(code: SecretsClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
