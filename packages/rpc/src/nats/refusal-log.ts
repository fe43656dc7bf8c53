import type { Logger } from '@wasmlattice/telemetry';
import type { CallHeaders } from '../invoke.js';

/** How a peer broke the protocol. */
export type RefusalKind =
  | 'no-reply-subject'
  | 'bad-params'
  | 'params-timeout'
  | 'too-many-calls'
  | 'too-many-bytes';

export interface Refusal {
  readonly kind: RefusalKind;
  /** `source-id` of the call, as the peer gave it. */
  readonly peer: string;
  readonly detail: string;
}

/** Peers and kinds remembered; beyond it nothing more is logged, so that made-up names don't fill a log. */
const maxRemembered = 1_000;

/** Logs each kind of refusal once for each peer. */
export class RefusalLog {
  private readonly logger: Logger;
  private readonly count: ((refusal: Refusal) => void) | undefined;
  private readonly seen = new Set<string>();

  /** @param count is told of every refusal, for metrics */
  constructor(logger: Logger, count: ((refusal: Refusal) => void) | undefined) {
    this.logger = logger;
    this.count = count;
  }

  report(refusal: Refusal): void {
    this.count?.(refusal);
    const key = `${refusal.kind} ${refusal.peer}`;
    if (this.seen.has(key) || this.seen.size >= maxRemembered) return;
    this.seen.add(key);
    this.logger.warn(`refused a call: ${refusal.detail}`, { peer: refusal.peer, kind: refusal.kind });
    if (this.seen.size === maxRemembered) {
      this.logger.warn('further refused calls are counted but not logged', { remembered: maxRemembered });
    }
  }
}

/** As upstream's providers name a caller without `source-id`; bounded, for it goes into logs. */
export function peerOf(headers: CallHeaders): string {
  return (headers['source-id'] ?? '<unknown>').slice(0, 100);
}
