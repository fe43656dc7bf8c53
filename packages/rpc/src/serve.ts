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
   * Where a call that reached this member of a group is handed on to: another target that serves the same function.
   * Asked before the call is accepted, so that its caller talks to that target from the start.
   *
   * @param first what the first message of the call holds of its parameters; see `peekParams`
   * @returns `undefined` for a call that is this member's own
   */
  readonly forward?: (first: Uint8Array) => string | undefined;
}

/** A function being served; closing it accepts no further call and waits for those in flight. */
export interface ServedHandle {
  close(): Promise<void>;
}

/** The serving seam of wRPC. Implementations: `nats/`, `memory/`. */
export interface Server {
  /** Resolves once calls will arrive. */
  serve(served: ServedFunction): Promise<ServedHandle>;
  /** Closes everything that is served; calls in flight are completed first. */
  close(): Promise<void>;
}
