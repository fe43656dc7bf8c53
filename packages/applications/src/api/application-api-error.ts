/**
 * Why a request about applications failed:
 *
 * - `no-responders`: nobody serves the API
 * - `timeout`: who serves it does not answer
 * - `not-found`: there is no such application
 * - `refused`: the server says no; its words are the message
 * - `not-sent`: permissions, or a manifest larger than the server takes
 * - `bad-reply`: the reply is none of this API
 */
export type ApplicationApiErrorCode =
  | 'no-responders'
  | 'timeout'
  | 'not-found'
  | 'refused'
  | 'not-sent'
  | 'bad-reply';

/** A request about applications failed. */
export class ApplicationApiError extends Error {
  override readonly name = 'ApplicationApiError';
  readonly code: ApplicationApiErrorCode;

  constructor(code: ApplicationApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
