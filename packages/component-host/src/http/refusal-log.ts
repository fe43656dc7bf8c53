import {
  type Attributes,
  type Counter,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
} from '@wasmlattice/telemetry';
import { LogWindows } from '../telemetry/log-windows.js';
import type { Refusal, RefusalReason } from './refusal.js';

/** Counts what listeners refused, by reason and address. */
export const refusedRequestsCounter = 'wasmlattice.http.refused_requests';

export interface RefusalLogOptions {
  /** `127.0.0.1:8080` */
  readonly address: string;
  readonly logger?: Logger | undefined;
  readonly meter?: Meter | undefined;
  /** In ms, growing; `performance.now` by default. */
  readonly now?: () => number;
}

/** Counts every refusal of a listener; logs what a log can take of them. */
export class RefusalLog {
  readonly #address: string;
  readonly #logger: Logger;
  readonly #counter: Counter;
  readonly #windows: LogWindows<RefusalReason>;
  /** The same object each time, which meters take as cheap. */
  readonly #attributes = new Map<RefusalReason, Attributes>();

  constructor(options: RefusalLogOptions) {
    this.#address = options.address;
    this.#logger = options.logger ?? noopLogger;
    this.#windows = new LogWindows({
      tellUnlogged: (reason, count) => this.#tellUnlogged(reason, count),
      now: options.now,
    });
    this.#counter = (options.meter ?? noopMeter).counter(refusedRequestsCounter, {
      description:
        'Requests that an HTTP listener answered itself because they could not be given to a component',
    });
  }

  /** @param client the peer's IP address, `undefined` once it is gone */
  report({ reason, status, text }: Refusal, client: string | undefined): void {
    this.#counter.add(1, this.#attributesOf(reason));
    if (!this.#windows.admits(reason)) return;
    this.#logger.warn(`refused an HTTP request: ${text}`, { reason, status, address: this.#address, client });
  }

  /** Tells what was not logged so far. */
  close(): void {
    this.#windows.close();
  }

  #attributesOf(reason: RefusalReason): Attributes {
    const known = this.#attributes.get(reason);
    if (known !== undefined) return known;
    const attributes = { reason, address: this.#address };
    this.#attributes.set(reason, attributes);
    return attributes;
  }

  #tellUnlogged(reason: RefusalReason, count: number): void {
    this.#logger.warn(`refused ${count} more HTTP requests for the same reason`, {
      reason,
      address: this.#address,
    });
  }
}
