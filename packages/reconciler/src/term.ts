import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type ApplicationStatus,
  type ApplicationStore,
  type DeployedApplication,
  isSameLink,
  planEvents,
  type Step,
  statusOfAll,
} from '@wasmlattice/applications';
import type { ControlClient } from '@wasmlattice/control-interface';
import { createDiagnosticsClient } from '@wasmlattice/diagnostics';
import { subscribeEvents } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient, KV, NatsConnection } from 'nats';
import { CanaryWatch } from './canary/canary-watch.js';
import { createExecutor, type Executor, type ExecutorLimits } from './execute/executor.js';
import { openPutStore, type PutStore } from './execute/put-store.js';
import type { KeeperJournal } from './keeper-journal.js';
import type { LatticeData } from './lattice-data.js';
import type { Tenure } from './lease/tenure.js';
import { type LatticeObserver, observeLattice } from './observation/lattice-observer.js';
import { defaultObservationTimes, type ObservationTimes } from './observation/observation-times.js';
import { placeOf } from './plan/asked.js';
import { fullLink, type LatticeState } from './plan/lattice-state.js';
import { planLattice } from './plan/plan-lattice.js';
import { rememberValues } from './plan/remember-values.js';
import { StatusPublisher, undeployedStatus } from './status-publisher.js';
import { type Absence, openTroubleStore } from './trouble-store.js';

export interface TermOptions {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly lattice: string;
  /** The host that acts: as long as it does not see itself, it sees nothing. */
  readonly hostId: string;
  readonly bucket: KV;
  readonly client: ControlClient;
  readonly store: Pick<ApplicationStore, 'watch' | 'change'>;
  readonly data: LatticeData;
  readonly tenure: Tenure;
  /** Told of hosts that come and go. */
  readonly journal: Pick<KeeperJournal, 'absences' | 'carriesOn' | 'host' | 'knows'>;
  /** Ends with the tenure at the latest. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly times?: Partial<ObservationTimes> | undefined;
  readonly limits?: Partial<ExecutorLimits> | undefined;
  readonly inboxPrefix?: string | undefined;
}

/** The time during which a host keeps the applications. */
export interface Term extends AsyncDisposable {
  /** How far an application is; `undefined` while that is not known yet. */
  statusOf(name: string): ApplicationStatus | undefined;
  /** Why nothing is changed at the moment, for people; `undefined` while things are. */
  waitsFor(): string | undefined;
  /** Resolves at its end, rejects when it can't go on. */
  readonly ended: Promise<void>;
}

/** Between two plans, in ms: changes come in bunches. */
const pauseMs = 10;
/** Between two plans at the most, in ms. */
const healMs = 5_000;
/** How long the view of links and configs may lag behind what was just put, in ms. */
const lagMs = 2_000;

/** Compares and mends until the signal. Resolves once what runs is known. */
export async function startTerm(options: TermOptions): Promise<Term> {
  const { bucket, client, connection, data, jetstream, journal, lattice, logger, signal, tenure } = options;
  await using opened = new AsyncDisposableStack();
  const loop = new PlanLoop(options);
  opened.defer(() => loop.close());
  const publisher = new StatusPublisher(jetstream, lattice, logger);
  let failures: Executor['failures'] = () => trouble.known.failures;
  const trouble = await openTroubleStore({
    bucket,
    tenure,
    read: () => ({ failures: failures(), hosts: journal.absences() }),
    logger,
  });
  opened.defer(() => trouble.close());
  journal.knows(trouble.known.hosts);
  const [put, events, observer] = await Promise.all([
    openPutStore(bucket, logger),
    subscribeEvents({ connection, lattice, names: planEvents, history: 2_000 }).then((each) =>
      opened.use(each),
    ),
    observeLattice({
      connection,
      lattice,
      client,
      times: options.times ?? {},
      onChange: () => loop.wake(),
      onHost: (news) => {
        journal.host(news);
        trouble.changed();
      },
      missed: missedHosts(trouble.known.hosts, options.times?.settleMs ?? defaultObservationTimes.settleMs),
      signal,
      logger,
    }).then((each) => opened.use(each)),
    publisher.start(),
  ]);
  signal.throwIfAborted();
  opened.defer(data.onChange(() => loop.wake()));
  // What failed on a host that is not there any more waits for nothing.
  const names = new Map(observer.hosts().map(({ inventory }) => [inventory.hostId, inventory.friendlyName]));
  const here = new Set([...names.keys(), ...observer.unread]);
  const carried = trouble.known.failures.filter(({ key }) =>
    here.has(placeOf(key)?.hostId ?? options.hostId),
  );
  journal.carriesOn(carried, (hostId) => names.get(hostId) ?? hostId);
  const executor = createExecutor({
    client,
    events,
    tenure,
    isSeen: (step) => isSeen(step, observer, data, signal),
    onDone: (step) => loop.done(step),
    onChange: () => loop.wake(),
    onTrouble: () => trouble.changed(),
    failures: carried,
    logger,
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  failures = () => executor.failures();
  opened.defer(() => executor.close());
  const canaries = new CanaryWatch({
    store: options.store,
    diagnostics: createDiagnosticsClient({
      connection,
      lattice,
      ...(options.inboxPrefix !== undefined && { inboxPrefix: options.inboxPrefix }),
    }),
    tenure,
    logger,
    onChange: () => loop.wake(),
  });
  opened.defer(() => canaries.close());
  const ended = Promise.race([
    loop.follow(options.store),
    loop.run({ put, observer, executor, publisher, canaries }),
  ]);
  ended.catch(() => {});
  const resources = opened.move();
  return {
    statusOf: (name) => loop.statusOf(name),
    waitsFor: () => loop.waitsFor(observer),
    ended,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Hosts that are not there, or were not a while ago. */
function missedHosts(hosts: readonly Absence[], settleMs: number): string[] {
  return hosts
    .filter(({ goneMs, isHere }) => !isHere || Math.min(...goneMs) < settleMs)
    .map(({ hostId }) => hostId);
}

interface Parts {
  readonly put: PutStore;
  readonly observer: LatticeObserver;
  readonly executor: Executor;
  readonly publisher: StatusPublisher;
  readonly canaries: CanaryWatch;
}

/** Plans after each change, one plan at a time. */
class PlanLoop {
  readonly #options: TermOptions;
  #applications: readonly DeployedApplication[] | undefined;
  #statuses: ReadonlyMap<string, ApplicationStatus> | undefined;
  /** Steps whose values are not remembered yet. */
  #done: Parameters<typeof rememberValues>[1][] = [];
  #isDue = true;
  #waiting: (() => void) | undefined;
  #isClosed = false;
  /** Time alone changes what is to be done, too. */
  readonly #timer = setInterval(() => this.wake(), healMs);

  constructor(options: TermOptions) {
    this.#options = options;
  }

  wake(): void {
    this.#isDue = true;
    this.#waiting?.();
  }

  done(step: Parameters<typeof rememberValues>[1]): void {
    this.#done.push(step);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#waiting?.();
  }

  statusOf(name: string): ApplicationStatus | undefined {
    if (this.#statuses === undefined) return undefined;
    const known = this.#statuses.get(name);
    if (known !== undefined) return known;
    return this.#applications?.some((each) => each.name === name) === true ? undefined : undeployedStatus;
  }

  /** Why no plan is made now, for people. */
  waitsFor(observer: Pick<LatticeObserver, 'hosts' | 'unread'>): string | undefined {
    const { hostId, tenure } = this.#options;
    const { unread } = observer;
    if (this.#applications === undefined) return 'nothing is changed yet: what is deployed is being read';
    if (unread.length > 0) {
      return `nothing is changed before it is known what runs on ${unread.join(', ')}`;
    }
    if (!observer.hosts().some(({ inventory }) => inventory.hostId === hostId)) {
      return `nothing is changed while host ${hostId} does not hear itself: it may be cut off`;
    }
    return tenure.isCurrent() ? undefined : 'nothing is changed while NATS is slow to renew the lease';
  }

  /** Takes what is to run from the store. */
  async follow(store: Pick<ApplicationStore, 'watch'>): Promise<void> {
    for await (const applications of store.watch({ signal: this.#options.signal })) {
      this.#applications = applications;
      this.wake();
    }
  }

  async run(parts: Parts): Promise<void> {
    while (!this.#isClosed && !this.#options.signal.aborted) {
      if (this.#isDue) {
        this.#isDue = false;
        const begun = performance.now();
        await this.#plan(parts);
        // The host has more to do than to plan.
        await delay(Math.max(pauseMs, 2 * (performance.now() - begun)));
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
        this.#waiting = undefined;
      }
    }
  }

  async #plan({ canaries, executor, observer, publisher, put }: Parts): Promise<void> {
    const { data } = this.#options;
    const applications = this.#applications;
    if (applications === undefined || this.waitsFor(observer) !== undefined) return;
    const hosts = observer.hosts();
    const done = this.#done;
    this.#done = [];
    const lattice: LatticeState = { hosts, links: data.links(), config: (name) => data.config(name) };
    const plan = planLattice({
      applications,
      lattice,
      put: done.reduce(rememberValues, put.known),
      asked: executor.asked,
    });
    await put.save(plan.put);
    executor.carryOut(plan.steps);
    canaries.update(applications, plan.canaries);
    const statuses = new Map(plan.statuses);
    for (const application of applications) {
      const canary = canaries.statusOf(application);
      const scalers = plan.statuses.get(application.name)?.scalers ?? [];
      if (canary !== undefined) statuses.set(application.name, statusOfAll([...scalers, canary]));
    }
    this.#statuses = statuses;
    publisher.publish(statuses);
  }
}

/** Waits until the next plan is made with what a step did. */
async function isSeen(
  step: Step,
  observer: LatticeObserver,
  data: LatticeData,
  signal: AbortSignal,
): Promise<void> {
  if ('host' in step) return await observer.refreshed(step.host.hostId);
  const hasCome = (): boolean => {
    switch (step.kind) {
      case 'put-config':
        return isDeepStrictEqual(data.config(step.name), step.values);
      case 'delete-config':
        return data.config(step.name) === undefined;
      case 'put-link':
        return data.links().some((link) => isDeepStrictEqual(link, fullLink(step.link)));
      case 'delete-link':
        return !data.links().some((link) => isSameLink(link, step.link));
    }
  };
  if (hasCome()) return;
  const seen = Promise.withResolvers<void>();
  const end = data.onChange(() => {
    if (hasCome()) seen.resolve();
  });
  await Promise.race([seen.promise, delay(lagMs, undefined, { signal }).catch(() => {})]);
  end();
}
