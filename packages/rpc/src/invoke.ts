import type { WitFunction } from './types.js';

/** Headers of the first message of a call; wRPC defines `source-id`, `target-id`, `link-name`, `traceparent`. */
export type CallHeaders = Readonly<Record<string, string>>;

/** `link-name` of a call, which names the caller's link in errors. */
export function linkNameOf({ headers }: Pick<Invocation, 'headers'>): string | undefined {
  return headers?.['link-name'];
}

/** One call of one function of one target. */
export interface Invocation {
  /** Component or provider id: the subject prefix is `{lattice}.{target}`. */
  readonly target: string;
  /** Wire instance, version included: `wrpc:keyvalue/store@0.2.0-draft`; empty for a world-level function. */
  readonly instance: string;
  readonly func: WitFunction;
  /** One value for each parameter, in the conventions of {@link WitFunction}'s types. */
  readonly params: readonly unknown[];
  readonly headers?: CallHeaders;
  /** Ends the call early; its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Longest time until the synchronous result is there, in ms, counted anew whenever something of a stream among the parameters is
   * sent or read. The implementation's default applies if absent.
   */
  readonly timeoutMs?: number;
  /** Longest time until somebody has accepted the call, in ms; as long as for the result if absent. */
  readonly acceptTimeoutMs?: number;
  /** A result that is a future as a whole comes as a `WholeFuture`, at once; else the call resolves when the future does. */
  readonly wholeFuture?: boolean;
  /**
   * Gets a result that arrives though the call was given up, by its signal or its deadline: what it hands over is nobody's, unless
   * it is given back. Its streams and futures have failed.
   */
  readonly onUnclaimed?: (result: unknown) => void;
}

/**
 * The calling seam of wRPC. Implementations: `nats/`, `memory/`; routing by link is an `Invoker` that wraps
 * another.
 *
 * Resolves with the decoded result (`undefined` for a function without one). A WIT `result` arrives as data,
 * `{ tag: 'ok' | 'err', val }`; the promise rejects only when the call itself failed, with an `RpcError`.
 */
export interface Invoker {
  invoke(invocation: Invocation): Promise<unknown>;
}
