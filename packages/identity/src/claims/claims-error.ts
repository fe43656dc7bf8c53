/** Why a token does not count. */
export type ClaimsErrorCode =
  /** No token, or one with content of the wrong form. */
  | 'malformed'
  /** The bytes are not those that were signed. */
  | 'hash'
  | 'signature'
  | 'expired'
  | 'not-yet'
  /** The bytes are no WebAssembly binary that a token could be in. */
  | 'binary';

/** A token that does not count; the message says why and what to do. */
export class ClaimsError extends Error {
  override readonly name = 'ClaimsError';
  readonly code: ClaimsErrorCode;

  constructor(code: ClaimsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
