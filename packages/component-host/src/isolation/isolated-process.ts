import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, type Logger } from '@wasmlattice/telemetry';
import { monotonicMs, noFigures, type ProcessCeilings } from '@wasmlattice/wasm-runtime';
import type { CodeBytes } from '../code/code-store.js';
import type { ComponentStart, ConfigEntries, LinkRow, SecretEntries } from '../component-record.js';
import type { ServedFigures } from '../serving-threads/served-figures.js';
import type { ServedComponentHandle } from '../serving-threads/serving-threads.js';
import type { ServingThreadSettings } from '../thread/messages.js';
import type { ThreadNotice } from '../thread/thread-notice.js';
import { IsolatedProcessExitedError, ProcessClient, type ProcessClientOptions } from './process-client.js';

export interface IsolatedProcessOptions extends ProcessClientOptions {
  readonly settings: ServingThreadSettings;
  /** What the guests of the process may use of it. */
  readonly ceilings: ProcessCeilings;
  readonly logger: Logger;
  readonly retry?: Partial<RetryTimes>;
}

/**
 * A process that ended sooner than `soonMs` after it began to serve, or before, is replaced after a wait, which doubles each time up to
 * `maxMs`.
 */
interface RetryTimes {
  readonly soonMs: number;
  readonly firstMs: number;
  readonly maxMs: number;
}

const defaultRetry: RetryTimes = { soonMs: 1_000, firstMs: 500, maxMs: 30_000 };

/** How long a process may take to tell its figures, in ms. */
const answerMs = 200;

/** How much rather than the host this process is to be ended when the machine has no memory left, of at most 1,000. */
const oomScoreAdjustment = 500;

/** One start of a component in a process of its own. A process that ends is replaced by another one. */
export class IsolatedProcess implements ServedComponentHandle {
  readonly #options: IsolatedProcessOptions;
  readonly #logger: Logger;
  readonly #retry: RetryTimes;
  readonly #stopping = new AbortController();
  /** As it was last changed. */
  #start: ComponentStart;
  /** `undefined` while there is none. */
  #client: ProcessClient | undefined;
  #waitMs = 0;
  #lastFigures: ServedFigures = { ...noFigures, running: 0, waiting: 0, refused: 0 };
  #stopped: Promise<void> | undefined;

  private constructor(options: IsolatedProcessOptions, start: ComponentStart) {
    this.#options = options;
    this.#start = start;
    this.#logger = options.logger.with({ component: start.componentId });
    this.#retry = { ...defaultRetry, ...options.retry };
  }

  /**
   * Resolves once the component is served.
   *
   * @throws what keeps the component from running, as far as an error can cross processes
   * @throws IsolatedProcessExitedError
   */
  static async serve(options: IsolatedProcessOptions, start: ComponentStart): Promise<IsolatedProcess> {
    const isolated = new IsolatedProcess(options, start);
    try {
      await isolated.#begin();
    } catch (error) {
      await isolated.stop(0);
      throw error;
    }
    return isolated;
  }

  scale(maxInstances: number): void {
    this.#start = { ...this.#start, maxInstances };
    this.#client?.scale(maxInstances);
  }

  setLinks(links: readonly LinkRow[]): void {
    this.#start = { ...this.#start, links };
    this.#client?.setLinks(links);
  }

  setConfig(config: ConfigEntries): void {
    this.#start = { ...this.#start, config };
    this.#client?.setConfig(config);
  }

  setSecrets(secrets: SecretEntries): void {
    this.#start = { ...this.#start, secrets };
    this.#client?.setSecrets(secrets);
  }

  notify(notice: ThreadNotice): void {
    this.#client?.notify(notice);
  }

  /** They are here in any case, for the process that may have to take the place of this one. */
  readBytes(): Promise<CodeBytes> {
    return Promise.resolve(this.#start.bytes);
  }

  async settled(): Promise<void> {
    await this.#client?.settled();
  }

  /** Those of the process that runs; a guest that computes leaves the question open, and then what it told last holds. */
  async figures(): Promise<ServedFigures> {
    const asked = this.#client?.figures() ?? Promise.resolve(undefined);
    const answer = await Promise.race([asked, delay(answerMs, undefined, { ref: false })]);
    this.#lastFigures = answer ?? this.#lastFigures;
    return this.#lastFigures;
  }

  stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= this.#client?.close(graceMs) ?? Promise.resolve();
    return this.#stopped;
  }

  async #begin(): Promise<void> {
    const { settings, ceilings } = this.#options;
    const client = new ProcessClient(this.#options);
    this.#client = client;
    let servedAt: number | undefined;
    void client.exited.then(({ expected, reason }) => {
      this.#client = undefined;
      // One that never served has failed whoever started it, who hears of it.
      if (!expected && servedAt !== undefined) this.#replace(reason, monotonicMs() - servedAt);
    });
    if (client.pid !== undefined) void preferForOom(client.pid);
    await client.serve(settings, ceilings, this.#start);
    servedAt = monotonicMs();
    this.#logger.debug('the component is served in a process of its own', { pid: client.pid });
  }

  #replace(reason: string, servedMs: number): void {
    if (this.#stopping.signal.aborted) return;
    const { soonMs, firstMs, maxMs } = this.#retry;
    this.#waitMs = servedMs >= soonMs ? 0 : Math.min(maxMs, this.#waitMs === 0 ? firstMs : this.#waitMs * 2);
    this.#logger.error('the process of a component ended and is replaced; what ran in it has failed', {
      reason,
      waitMs: this.#waitMs,
    });
    void this.#beginAgain();
  }

  async #beginAgain(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await delay(this.#waitMs, undefined, { ref: false, signal });
      await this.#begin();
      this.#logger.info('the component is served again, in another process', { pid: this.#client?.pid });
    } catch (error) {
      if (signal.aborted) return;
      await this.#client?.close(0);
      this.#replace(
        error instanceof IsolatedProcessExitedError
          ? error.message
          : `it could not serve: ${describeError(error)}`,
        0,
      );
    }
  }
}

/** Where the system can be told: it ends the process that has the most memory, and the host has most to lose. */
async function preferForOom(pid: number): Promise<void> {
  if (process.platform !== 'linux') return;
  await writeFile(`/proc/${pid}/oom_score_adj`, String(oomScoreAdjustment)).catch(() => {});
}
