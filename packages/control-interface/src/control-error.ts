/**
 * Why an operation failed, for callers that treat the failures differently:
 *
 * - `no-responders`: nobody listens on the subject: no such host, or no host in the lattice.
 * - `timeout`: someone listens but did not answer in time, or chose silence.
 * - `refused`: the host answered `success: false`; its text is {@link ControlError.reply}.
 * - `bad-reply`: the answer is not what the protocol says.
 * - `closed`: the NATS connection is closed, draining or was lost.
 * - `not-sent`: the request could not be sent: permissions, or larger than the server takes.
 */
export type ControlErrorCode = 'no-responders' | 'timeout' | 'refused' | 'bad-reply' | 'closed' | 'not-sent';

/** A control operation that failed. The message names the operation, the host or lattice, and what to check. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;
  /** The host's own words, for `refused`. */
  readonly reply: string | undefined;

  constructor(
    code: ControlErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly reply?: string } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.reply = options.reply;
  }
}
