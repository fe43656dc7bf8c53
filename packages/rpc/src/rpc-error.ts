/**
 * Why a call failed.
 *
 * | code | meaning |
 * |---|---|
 * | `not-found` | nobody listens on the function's subject (NATS 503) |
 * | `timeout` | no result within the deadline |
 * | `disconnected` | the NATS connection dropped while the call was in flight, or stayed down until the deadline |
 * | `peer-failed` | the peer accepted the call and ended it without a result: trap, thrown error |
 * | `limit-exceeded` | the peer ended the call, since whoever handled it asked for more than it may take |
 * | `denied` | a policy of the peer does not allow the call |
 * | `bad-data` | one side could not decode what the other sent |
 * | `invalid-params` | the parameters are no values of the function's types; nothing was sent |
 * | `canceled` | the caller gave up; seen by the handler |
 * | `terminated` | the peer is shutting down (NATS 409) or gone, or this server closed before the handler was done |
 * | `overloaded` | the peer refused the call, or a stream exceeded its buffer limit |
 * | `closed` | this invoker or server is closed |
 */
export type RpcErrorCode =
  | 'not-found'
  | 'timeout'
  | 'disconnected'
  | 'peer-failed'
  | 'limit-exceeded'
  | 'denied'
  | 'bad-data'
  | 'invalid-params'
  | 'canceled'
  | 'terminated'
  | 'overloaded'
  | 'closed';

/** Which call an error is about. */
export interface CallNames {
  readonly target: string;
  /** Wire instance, version included. */
  readonly instance: string;
  /** Name on the wire: `get-many`, `counter.add`. */
  readonly func: string;
  /** Of the caller's link to the target, when there is one. */
  readonly linkName?: string | undefined;
}

export interface RpcErrorOptions extends ErrorOptions {
  readonly told?: string | undefined;
}

/** A call that failed as a call. A WIT `result` with `err` is no failure: it is returned. */
export class RpcError extends Error implements CallNames {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  readonly target: string;
  readonly instance: string;
  readonly func: string;
  readonly linkName: string | undefined;
  /** What the peer itself said of its failure, where it said something. */
  readonly told: string | undefined;

  /** @param detail what happened and what to check; the call's names are put before it */
  constructor(code: RpcErrorCode, call: CallNames, detail: string, options?: RpcErrorOptions) {
    super(`${describeCall(call)}: ${detail}`, options);
    this.code = code;
    this.target = call.target;
    this.instance = call.instance;
    this.func = call.func;
    this.linkName = call.linkName;
    this.told = options?.told;
  }
}

/** `wrpc:keyvalue/store@0.2.0-draft.get on kvredis by link default` */
export function describeCall({ target, instance, func, linkName }: CallNames): string {
  const link = linkName === undefined ? '' : ` by link ${linkName}`;
  return `${instance ? `${instance}.` : ''}${func} on ${target}${link}`;
}
