import {
  type ApplicationStore,
  type Canary,
  type DeployedApplication,
  describeOutcome,
  type ScalerStatus,
  withCanaryEnded,
} from '@wasmlattice/applications';
import { describeShare } from '@wasmlattice/control-interface';
import type { CanaryCount, DiagnosticsClient } from '@wasmlattice/diagnostics';
import type { Logger } from '@wasmlattice/telemetry';
import type { Tenure } from '../lease/tenure.js';
import type { PlannedCanary } from '../plan/plan-canary.js';
import { type CanaryReading, describeRates, judgeCanary } from './judge-canary.js';

export interface CanaryWatchOptions {
  readonly store: Pick<ApplicationStore, 'change'>;
  readonly diagnostics: Pick<DiagnosticsClient, 'figures'>;
  readonly tenure: Pick<Tenure, 'isCurrent'>;
  readonly logger: Logger;
  /** What {@link CanaryWatch.statusOf} says is different. */
  readonly onChange: () => void;
  /** Between two looks, in ms; default 1,000. */
  readonly intervalMs?: number | undefined;
}

/** What is known of one canary that runs. */
interface Watched {
  readonly version: string;
  /** Stored, and what this host has added. */
  watchedMs: number;
  storedMs: number;
  /** By `performance.now()`; `undefined` while it is not in place. */
  lastAt: number | undefined;
  status: ScalerStatus;
}

const defaultIntervalMs = 1_000;
/** How much watched time may be lost with the host that watched, in ms. */
const storeMs = 5_000;

/** Watches the canaries of a lattice while its host acts, and ends them: what it decides is stored, and carried out by the plan. */
export class CanaryWatch {
  readonly #options: CanaryWatchOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #applications: readonly DeployedApplication[] = [];
  #planned: ReadonlyMap<string, readonly PlannedCanary[]> = new Map();
  #looking: Promise<void> | undefined;

  constructor(options: CanaryWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#lookOnce(), options.intervalMs ?? defaultIntervalMs);
  }

  /** What is to run, and how far it is. */
  update(
    applications: readonly DeployedApplication[],
    planned: ReadonlyMap<string, readonly PlannedCanary[]>,
  ): void {
    this.#applications = applications;
    this.#planned = planned;
    for (const name of this.#watched.keys()) {
      if (!planned.has(name)) this.#watched.delete(name);
    }
  }

  /** What to say of the canary of an application, running or over. */
  statusOf({ canary, name }: Pick<DeployedApplication, 'canary' | 'name'>): ScalerStatus | undefined {
    if (canary === undefined) return undefined;
    if (canary.state === 'running') {
      return this.#watched.get(name)?.status ?? starting(canary);
    }
    return statusOf(canary, 'deployed', describeOutcome({ ...canary, state: canary.state }));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #lookOnce(): void {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  async #look(): Promise<void> {
    for (const application of this.#applications) {
      const { canary, name } = application;
      const planned = this.#planned.get(name);
      if (canary?.state !== 'running' || planned === undefined) continue;
      try {
        await this.#lookAt(name, canary, planned);
      } catch (error) {
        this.#options.logger.warn('a canary is not looked after at the moment', { application: name, error });
      }
    }
  }

  async #lookAt(name: string, canary: Canary, planned: readonly PlannedCanary[]): Promise<void> {
    const before = this.#watched.get(name);
    const watched: Watched =
      before?.version === canary.version
        ? before
        : {
            version: canary.version,
            watchedMs: canary.watchedMs,
            storedMs: canary.watchedMs,
            lastAt: undefined,
            status: starting(canary),
          };
    this.#watched.set(name, watched);
    const told = watched.status.status.message;
    const failure = planned.find(({ state }) => state === 'failed');
    if (failure !== undefined) {
      await this.#end(name, canary, 'rolled-back', `it does not run: ${failure.reason}`);
      return;
    }
    if (planned.length === 0 || planned.some(({ state }) => state === 'starting')) {
      watched.lastAt = undefined;
      watched.status = starting(canary);
    } else {
      await this.#judge(name, canary, planned, watched);
    }
    if (watched.status.status.message !== told) this.#options.onChange();
  }

  async #judge(
    name: string,
    canary: Canary,
    planned: readonly PlannedCanary[],
    watched: Watched,
  ): Promise<void> {
    const reading = await this.#read(planned);
    const now = performance.now();
    // A process that was paused saw nothing.
    const passed = watched.lastAt === undefined ? 0 : Math.min(now - watched.lastAt, 3 * this.#intervalMs);
    watched.lastAt = now;
    watched.watchedMs += passed;
    const verdict = judgeCanary({ ...canary, watchedMs: watched.watchedMs }, reading);
    if (verdict.kind !== 'wait') {
      const state = verdict.kind === 'promote' ? 'promoted' : 'rolled-back';
      await this.#end(name, canary, state, verdict.reason);
      return;
    }
    watched.status = statusOf(
      canary,
      'deployed',
      `canary ${canary.version} takes ${describeShare(canary.share)} of the calls; ${describeRates(reading.stable, reading.canary)}; takes over once ${verdict.until}`,
    );
    if (watched.watchedMs - watched.storedMs >= Math.min(storeMs, canary.forMs / 4))
      await this.#store(name, watched);
  }

  get #intervalMs(): number {
    return this.#options.intervalMs ?? defaultIntervalMs;
  }

  async #store(name: string, watched: Watched): Promise<void> {
    if (!this.#options.tenure.isCurrent()) return;
    const { version, watchedMs } = watched;
    await this.#options.store.change(name, (current) => {
      const { canary } = current;
      if (canary?.state !== 'running' || canary.version !== version || canary.watchedMs >= watchedMs)
        return current;
      return { ...current, canary: { ...canary, watchedMs } };
    });
    watched.storedMs = watchedMs;
  }

  async #end(
    name: string,
    { version }: Canary,
    state: 'promoted' | 'rolled-back',
    reason: string,
  ): Promise<void> {
    if (!this.#options.tenure.isCurrent()) return;
    const at = new Date().toISOString();
    await this.#options.store.change(name, (current) =>
      current.canary?.version === version ? withCanaryEnded(current, { state, reason }, at) : current,
    );
    this.#options.logger.info('a canary is over', { application: name, version, state, reason });
  }

  async #read(planned: readonly PlannedCanary[]): Promise<CanaryReading> {
    const hosts = [...new Set(planned.flatMap((each) => each.hosts))];
    const ids = new Set(planned.map(({ componentId }) => componentId));
    const silent: string[] = [];
    const read = await Promise.all(
      hosts.map(async (hostId) => {
        try {
          const { components } = await this.#options.diagnostics.figures(hostId);
          return components.flatMap(({ canary, id }) => (ids.has(id) && canary ? [canary] : []));
        } catch (error) {
          this.#options.logger.debug('a host tells no figures of a canary', { host: hostId, error });
          silent.push(hostId);
          return [];
        }
      }),
    );
    const all = read.flat();
    return {
      stable: sumOf(all.map((each) => each.stable)),
      canary: sumOf(all.map((each) => each.canary)),
      silent,
    };
  }
}

function sumOf(counts: readonly CanaryCount[]): CanaryCount {
  return {
    invocations: counts.reduce((sum, { invocations }) => sum + invocations, 0),
    errors: counts.reduce((sum, { errors }) => sum + errors, 0),
  };
}

function starting(canary: Canary): ScalerStatus {
  return statusOf(canary, 'reconciling', `canary ${canary.version} starts`);
}

function statusOf({ version }: Canary, type: ScalerStatus['status']['type'], message: string): ScalerStatus {
  return { id: '', kind: 'Canary', name: version, status: { type, message } };
}
