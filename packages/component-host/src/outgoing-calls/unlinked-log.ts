import type { Logger } from '@wasmlattice/telemetry';
import { LogWindows } from '../telemetry/log-windows.js';
import type { LinkNotFoundError } from './link-router.js';

/**
 * Tells those who operate a component of the links that it lacks, as long as there are few calls without one: what its guest makes of the
 * error may say nothing of it.
 */
export class UnlinkedLog {
  readonly #componentId: string;
  readonly #logger: Logger;
  /** By interface: a component imports few. */
  readonly #windows: LogWindows<string>;

  constructor(options: {
    readonly componentId: string;
    readonly logger: Logger;
    /** In ms, growing; `performance.now` by default. */
    readonly now?: () => number;
  }) {
    this.#componentId = options.componentId;
    this.#logger = options.logger;
    this.#windows = new LogWindows({
      tellUnlogged: (linkKey, count) =>
        this.#logger.warn(
          `component ${this.#componentId} called ${linkKey} ${count} more times without a link`,
          {
            component: this.#componentId,
          },
        ),
      now: options.now,
    });
  }

  report(linkKey: string, error: LinkNotFoundError): void {
    if (this.#windows.admits(linkKey)) this.#logger.warn(error.message, { component: this.#componentId });
  }
}
