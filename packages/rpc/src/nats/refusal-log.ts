import { type Counter, type Logger, type Meter, noopMeter } from '@wasmlattice/telemetry';
import type { CallHeaders } from '../invoke.js';

/**
 * How a peer broke the protocol or a limit.
 *
 * | kind | at a server | at an invoker |
 * |---|---|---|
 * | `no-reply-subject` | a call that can't be answered | an acceptance that can't be followed by parameters |
 * | `bad-params`, `bad-result` | bytes that are no parameters, or headers that are none | bytes that are no result |
 * | `params-timeout` | parameters that were not complete in time | |
 * | `bad-stream` | bytes that are no stream or future | the same |
 * | `too-many-calls` | more calls at a time than the limit | |
 * | `too-many-bytes` | more bytes than one call, or all calls, may hold | the same |
 */
export type RefusalKind =
  | 'no-reply-subject'
  | 'bad-params'
  | 'bad-result'
  | 'params-timeout'
  | 'bad-stream'
  | 'too-many-calls'
  | 'too-many-bytes';

export interface Refusal {
  readonly kind: RefusalKind;
  /** At a server `source-id` of the call, as the peer gave it; at an invoker the target of the call. */
  readonly peer: string;
  readonly detail: string;
}

/** Counts what an invoker or a server refused, by kind and side. */
export const refusalCounter = 'wasmlattice.rpc.refused_calls';

/** Peers and kinds remembered; beyond it nothing more is logged, so that made-up names don't fill a log. */
const maxRemembered = 1_000;

export interface RefusalLogOptions {
  readonly side: 'client' | 'server';
  readonly logger: Logger;
  readonly meter: Meter | undefined;
  readonly onRefusal: ((refusal: Refusal) => void) | undefined;
}

/** Counts every refusal, and logs each kind once for each peer. */
export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #counter: Counter;
  readonly #attributes = new Map<RefusalKind, { readonly kind: string; readonly side: string }>();
  readonly #seen = new Set<string>();

  constructor(options: RefusalLogOptions) {
    this.#options = options;
    this.#counter = (options.meter ?? noopMeter).counter(refusalCounter, {
      description: 'Calls that were refused for what their peer sent',
    });
  }

  report(refusal: Refusal): void {
    const { logger, onRefusal } = this.#options;
    this.#counter.add(1, this.#attributesOf(refusal.kind));
    onRefusal?.(refusal);
    const key = `${refusal.kind} ${refusal.peer}`;
    if (this.#seen.has(key) || this.#seen.size >= maxRemembered) return;
    this.#seen.add(key);
    logger.warn(`refused a call: ${refusal.detail}`, { peer: refusal.peer, kind: refusal.kind });
    if (this.#seen.size === maxRemembered) {
      logger.warn('further refused calls are counted but not logged', { remembered: maxRemembered });
    }
  }

  /** The same object each time, which meters take as cheap. */
  #attributesOf(kind: RefusalKind): { readonly kind: string; readonly side: string } {
    const known = this.#attributes.get(kind) ?? { kind, side: this.#options.side };
    this.#attributes.set(kind, known);
    return known;
  }
}

/** As upstream's providers name a caller without `source-id`; bounded, for it goes into logs. */
export function peerOf(headers: CallHeaders): string {
  return (headers['source-id'] ?? '<unknown>').slice(0, 100);
}
