/**
 * The bytes are no component this runtime can read. The message says what was expected and where; it is the
 * user's artifact that is wrong, not the host.
 */
export class InvalidComponentError extends Error {
  override readonly name = 'InvalidComponentError';
  /** Position in the file where reading failed, in bytes. */
  readonly offset: number;

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(`${message} (at byte ${offset})`, options);
    this.offset = offset;
  }
}
