import { LinkFailedError, NotLinkedError, reasonOf } from '@wasmlattice/provider-sdk';
import type { KeyvalueError } from '@wasmlattice/rpc/interfaces';

/** An operation that ends with an `error` of `wasi:keyvalue` for the guest instead of a broken call. */
export class KeyvalueFailure extends Error {
  override readonly name = 'KeyvalueFailure';
  readonly keyvalueError: KeyvalueError;

  constructor(keyvalueError: KeyvalueError, options?: ErrorOptions) {
    super(keyvalueError.tag === 'other' ? keyvalueError.val : keyvalueError.tag, options);
    this.keyvalueError = keyvalueError;
  }
}

/** The server did not answer a command in time; whether it was run is not known. */
export class ResponseTimeoutError extends Error {
  override readonly name = 'ResponseTimeoutError';
}

/** A failure with a message for people: it names the thing and what to check. */
export function otherFailure(message: string, options?: ErrorOptions): KeyvalueFailure {
  return new KeyvalueFailure({ tag: 'other', val: message }, options);
}

/** How Redis begins what it says of a user who may not do something, or is not let in. */
const denied = /^(?:NOAUTH|NOPERM|WRONGPASS) /;

/** What the guest is told of an operation that failed; `what` names the operation: `get "k1"`. */
export function failureOf(what: string, cause: unknown): KeyvalueFailure {
  if (cause instanceof KeyvalueFailure) return cause;
  if (cause instanceof NotLinkedError) return otherFailure(cause.message, { cause });
  if (cause instanceof LinkFailedError) {
    // What opening it threw may have a case of its own.
    return cause.cause instanceof KeyvalueFailure ? cause.cause : otherFailure(cause.message, { cause });
  }
  if (isDenied(cause)) return new KeyvalueFailure({ tag: 'access-denied' }, { cause });
  return otherFailure(`could not ${what}: ${reasonOf(cause)}`, { cause });
}

export function isDenied(error: unknown): boolean {
  return error instanceof Error && denied.test(error.message);
}
