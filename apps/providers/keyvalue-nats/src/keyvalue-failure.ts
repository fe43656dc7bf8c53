import { LinkFailedError, NotLinkedError } from '@wasmlattice/provider-sdk';
import type { KeyvalueError } from '@wasmlattice/rpc/interfaces';
import { describeError } from '@wasmlattice/telemetry';
import { ErrorCode } from 'nats';

/** An operation that ends with an `error` of `wasi:keyvalue` for the guest instead of a broken call. */
export class KeyvalueFailure extends Error {
  override readonly name = 'KeyvalueFailure';
  readonly keyvalueError: KeyvalueError;

  constructor(keyvalueError: KeyvalueError, options?: ErrorOptions) {
    super(keyvalueError.tag === 'other' ? keyvalueError.val : keyvalueError.tag, options);
    this.keyvalueError = keyvalueError;
  }
}

/** A failure with a message for people: it names the thing and what to check. */
export function otherFailure(message: string, options?: ErrorOptions): KeyvalueFailure {
  return new KeyvalueFailure({ tag: 'other', val: message }, options);
}

/** What the guest is told of an operation that failed; `what` names the operation: `get "k1" in bucket "counters"`. */
export function failureOf(what: string, cause: unknown): KeyvalueFailure {
  if (cause instanceof KeyvalueFailure) return cause;
  if (cause instanceof NotLinkedError) return otherFailure(cause.message, { cause });
  if (cause instanceof LinkFailedError) {
    // What opening it threw may have a case of its own.
    return cause.cause instanceof KeyvalueFailure ? cause.cause : otherFailure(cause.message, { cause });
  }
  switch (codeOf(cause)) {
    case ErrorCode.PermissionsViolation:
    case ErrorCode.AuthorizationViolation:
      return new KeyvalueFailure({ tag: 'access-denied' }, { cause });
    case ErrorCode.Timeout:
      return otherFailure(`could not ${what}: the NATS server did not answer in time`, { cause });
    case ErrorCode.NoResponders:
      return otherFailure(
        `could not ${what}: JetStream does not answer; check that it is enabled and that the bucket still exists`,
        { cause },
      );
    case ErrorCode.MaxPayloadExceeded:
      return otherFailure(
        `could not ${what}: the value is larger than the NATS server allows (max_payload)`,
        {
          cause,
        },
      );
    default:
      return otherFailure(`could not ${what}: ${describeError(cause)}`, { cause });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
