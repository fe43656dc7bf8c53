import { type Counter, type Logger, type Meter, noopLogger, noopMeter } from '@wasmlattice/telemetry';
import type { Refusal, RefusalReason } from './refusal.js';

/** Counts what listeners refused, by reason and address. */
export const refusedRequestsCounter = 'wasmlattice.http.refused_requests';

/** Refusals of one reason that are logged one by one in each {@link windowMs}; more are told as a number. */
const maxLoggedInWindow = 5;

/** Long enough that a flood takes a few lines each minute, for each reason. */
const windowMs = 60_000;

export interface RefusalLogOptions {
  /** `127.0.0.1:8080` */
  readonly address: string;
  readonly logger?: Logger | undefined;
  readonly meter?: Meter | undefined;
  /** In ms, growing; `performance.now` by default. */
  readonly now?: () => number;
}

interface Reported {
  /** The same object each time, which meters take as cheap. */
  readonly attributes: { readonly reason: string; readonly address: string };
  windowStart: number;
  logged: number;
  unlogged: number;
}

/** Counts every refusal of a listener; logs what a log can take of them. */
export class RefusalLog {
  readonly #address: string;
  readonly #logger: Logger;
  readonly #counter: Counter;
  readonly #now: () => number;
  readonly #reported = new Map<RefusalReason, Reported>();

  constructor(options: RefusalLogOptions) {
    this.#address = options.address;
    this.#logger = options.logger ?? noopLogger;
    this.#now = options.now ?? (() => performance.now());
    this.#counter = (options.meter ?? noopMeter).counter(refusedRequestsCounter, {
      description:
        'Requests that an HTTP listener answered itself because they could not be given to a component',
    });
  }

  /** @param client the peer's IP address, `undefined` once it is gone */
  report({ reason, status, text }: Refusal, client: string | undefined): void {
    const reported = this.#of(reason);
    this.#counter.add(1, reported.attributes);
    const now = this.#now();
    if (now - reported.windowStart >= windowMs) {
      this.#tellUnlogged(reason, reported);
      reported.windowStart = now;
      reported.logged = 0;
    }
    if (reported.logged >= maxLoggedInWindow) {
      reported.unlogged++;
      return;
    }
    reported.logged++;
    this.#logger.warn(`refused an HTTP request: ${text}`, { reason, status, address: this.#address, client });
  }

  /** Tells what was not logged so far. */
  close(): void {
    for (const [reason, reported] of this.#reported) this.#tellUnlogged(reason, reported);
  }

  #of(reason: RefusalReason): Reported {
    const known = this.#reported.get(reason);
    if (known !== undefined) return known;
    const attributes = { reason, address: this.#address };
    const reported = { attributes, windowStart: this.#now(), logged: 0, unlogged: 0 };
    this.#reported.set(reason, reported);
    return reported;
  }

  #tellUnlogged(reason: RefusalReason, reported: Reported): void {
    if (reported.unlogged === 0) return;
    this.#logger.warn(`refused ${reported.unlogged} more HTTP requests for the same reason`, {
      reason,
      address: this.#address,
    });
    reported.unlogged = 0;
  }
}
