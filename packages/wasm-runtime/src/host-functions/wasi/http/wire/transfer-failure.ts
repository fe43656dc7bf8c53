import { RpcError } from '@wasmlattice/rpc';
import { HttpFailure } from '../error-code.js';

/**
 * The failure of a call, or of a stream of one, as a guest may see it. Where an error-code exists for what happened it is
 * that; otherwise `internal-error`, the only one that carries text, which says what to check.
 */
export function transferFailure(cause: unknown): unknown {
  if (!(cause instanceof RpcError)) return cause;
  if (cause.cause instanceof HttpFailure) return cause.cause;
  switch (cause.code) {
    case 'timeout':
      return new HttpFailure({ tag: 'HTTP-response-timeout' }, cause.message, { cause });
    case 'disconnected':
      return new HttpFailure({ tag: 'connection-terminated' }, cause.message, { cause });
    default:
      return new HttpFailure({ tag: 'internal-error', val: cause.message }, cause.message, { cause });
  }
}
