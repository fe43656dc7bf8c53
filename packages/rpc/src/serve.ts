import type { CallHeaders } from './invoke.js';
import type { WitFunction } from './types.js';

/** What a handler learns about the call it answers. */
export interface CallContext {
  /** Headers of the first message; `{}` when the caller sent none. */
  readonly headers: CallHeaders;
  /** Aborted when the server closes before the handler is done. */
  readonly signal: AbortSignal;
  /**
   * Keeps the call open after its answer is out, and with it the streams among its parameters, until `work` settles. May
   * be called until the handler returns.
   */
  waitUntil(work: Promise<unknown>): void;
  /**
   * Calls `undo` once if the answer does not leave: the caller gave up meanwhile, or the answer can't be encoded. What it hands
   * over is the handler's to take back. An answer that left may still find nobody; see `Invocation.onUnclaimed`.
   */
  onUndelivered(undo: () => void): void;
}

/**
 * Thrown by a handler that has more to say than that it failed: the caller's `RpcError` gets the code. For any other error that is
 * `peer-failed`.
 */
export class HandlerError extends Error {
  override readonly name = 'HandlerError';
  readonly code: 'denied' | 'limit-exceeded' | 'overloaded' | 'terminated';

  constructor(code: HandlerError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a member of a group knows of a call before it accepts it. */
export interface OfferedCall {
  /** What the first message holds of the parameters; see `peekParams`. */
  readonly params: Uint8Array;
  readonly headers: CallHeaders;
}

/** Which other member of a group gets a call. */
export interface Forwarding {
  /** It serves the same function. */
  readonly target: string;
  /** Whether any member may answer the call, should that one be gone; else the call ends with `terminated`. */
  readonly isOptional: boolean;
}

/** Answers one call: parameters in, result out, both in the conventions of the function's WIT types. */
export type CallHandler = (params: readonly unknown[], context: CallContext) => Promise<unknown>;

/** A function offered to the lattice. */
export interface ServedFunction {
  /** Component or provider id that offers it. */
  readonly target: string;
  /** Wire instance, version included. */
  readonly instance: string;
  readonly func: WitFunction;
  readonly handler: CallHandler;
  /**
   * Where a call that reached this member of a group is handed on to. Asked before the call is accepted, so that its caller talks to
   * that target from the start.
   *
   * @returns `undefined` for a call that is this member's own
   */
  readonly forward?: (call: OfferedCall) => Forwarding | undefined;
}

/** A function being served; closing it accepts no further call and waits for those in flight. */
export interface ServedHandle {
  close(): Promise<void>;
}

export interface ServerClose {
  /** How long calls in flight may take, in ms, where it is not what the server was made with; those left are aborted. */
  readonly drainTimeoutMs?: number | undefined;
}

/** The serving seam of wRPC. Implementations: `nats/`, `memory/`. */
export interface Server {
  /** Resolves once calls will arrive. */
  serve(served: ServedFunction): Promise<ServedHandle>;
  /** Closes everything that is served; calls in flight are completed first. Later calls wait for the first. */
  close(options?: ServerClose): Promise<void>;
}
