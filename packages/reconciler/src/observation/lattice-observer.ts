import { setTimeout as delay } from 'node:timers/promises';
import {
  type ControlClient,
  ControlError,
  type Host,
  type HostInventory,
} from '@wasmlattice/control-interface';
import { type EventSubscription, type ReceivedEvent, subscribeEvents } from '@wasmlattice/events';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { NatsConnection, Subscription } from 'nats';
import type { HostNews } from '../keeper-journal.js';
import { allAliveSubject, parseAliveSubject } from '../sign-of-life/subjects.js';
import { HostRecord } from './host-record.js';
import { defaultObservationTimes, type ObservationTimes } from './observation-times.js';
import type { ObservedHost } from './observed-host.js';

export interface LatticeObserverOptions {
  /** The *control* connection. Stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  readonly client: Pick<ControlClient, 'ping' | 'getHostInventory'>;
  /** Something about a host, or which hosts there are, is different. */
  readonly onChange: () => void;
  /** Hosts that were heard of leave and come back. */
  readonly onHost?: (news: HostNews) => void;
  /** Ids of hosts that are gone, or came back just now: who looked before knows. They settle anew. */
  readonly missed?: readonly string[];
  /** Ends the search for hosts. */
  readonly signal?: AbortSignal;
  /** Some are shorter in tests. */
  readonly times?: Partial<ObservationTimes>;
  readonly logger?: Logger;
}

/** What runs on the hosts of a lattice, kept up to date. */
export interface LatticeObserver extends AsyncDisposable {
  /** In no particular order. */
  hosts(): readonly ObservedHost[];
  /**
   * Ids of hosts that were heard of lately and have not told yet what runs there: until they do, nobody can say what is missing. One that
   * says nothing for longer is not waited for.
   */
  readonly unread: readonly string[];
  /** Resolves once an inventory is known that the host gave after this call; or when the host is gone. */
  refreshed(hostId: string): Promise<void>;
  /** Ends it. May be called twice. */
  close(): Promise<void>;
}

/** Events after which something else may run on their host. */
const telling: ReadonlySet<string> = new Set([
  'host_started',
  'labels_changed',
  'component_scaled',
  'component_scale_failed',
  'provider_started',
  'provider_start_failed',
  'provider_stopped',
  'provider_state_changed',
  'link_state_changed',
  'health_check_failed',
]);

/**
 * Finds the hosts of a lattice and follows them: by events, which say that something changed, and by inventories, which say what there
 * is. A host that nothing is heard of is asked, and is gone when nobody listens there any more, or when it stays silent. Resolves once
 * the hosts had time to answer.
 */
export async function observeLattice(options: LatticeObserverOptions): Promise<LatticeObserver> {
  const { connection, lattice, logger = noopLogger, onChange } = options;
  await using opened = new AsyncDisposableStack();
  const events = await subscribeEvents({ connection, lattice, history: 500 });
  opened.use(events);
  const signs = connection.subscribe(allAliveSubject(lattice));
  opened.defer(() => signs.unsubscribe());
  const times = { ...defaultObservationTimes, ...options.times };
  const observer = new Observer({ ...options, times, logger, onChange, events });
  const stop = (): void => observer.stop();
  options.signal?.addEventListener('abort', stop);
  opened.defer(() => options.signal?.removeEventListener('abort', stop));
  observer.follow(signs);
  opened.defer(() => observer.stop());
  await observer.scan();
  const resources = opened.move();
  return {
    hosts: () => observer.hosts(),
    get unread() {
      return observer.unread;
    },
    refreshed: (hostId) => observer.refreshed(hostId),
    close: () => resources.disposeAsync(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

class Observer {
  readonly #options: LatticeObserverOptions;
  readonly #times: ObservationTimes;
  readonly #logger: Logger;
  readonly #events: EventSubscription;
  readonly #hosts = new Map<string, HostRecord>();
  /** Those that are gone, the last ones last: how long such a host runs says nothing of how long it is here, should it return. */
  readonly #missed = new Map<string, number>();
  readonly #ended = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #sweptAt = performance.now();

  constructor(
    options: LatticeObserverOptions & {
      readonly times: ObservationTimes;
      readonly logger: Logger;
      readonly events: EventSubscription;
    },
  ) {
    this.#options = options;
    this.#times = options.times;
    this.#logger = options.logger;
    this.#events = options.events;
    for (const hostId of options.missed ?? []) this.#missed.set(hostId, Number.NEGATIVE_INFINITY);
    this.#timers.push(setInterval(() => this.#sweep(), this.#times.sweepMs));
    this.#timers.push(setInterval(() => void this.scan().catch(() => {}), this.#times.scanMs));
  }

  hosts(): readonly ObservedHost[] {
    const now = performance.now();
    return [...this.#hosts.values()].flatMap((host) => host.observed(now) ?? []);
  }

  get unread(): readonly string[] {
    const since = performance.now() - this.#times.unreadMs;
    return [...this.#hosts.values()]
      .filter(({ foundAt, inventory }) => inventory === undefined && foundAt > since)
      .map(({ id }) => id);
  }

  follow(signs: Subscription): void {
    const read = async (): Promise<void> => {
      for await (const event of this.#events) this.#onEvent(event);
    };
    const readSigns = async (): Promise<void> => {
      for await (const { subject } of signs) {
        const hostId = parseAliveSubject(subject);
        if (hostId !== undefined) this.#heard(hostId).signed(performance.now());
      }
    };
    read().catch((error: unknown) => this.#logger.debug('events are not read any more', { error }));
    readSigns().catch((error: unknown) =>
      this.#logger.warn('signs of life are not read: hosts that die are missed late', { error }),
    );
  }

  /** Asks who is there, and those that answer what runs there. */
  async scan(): Promise<void> {
    const begun = performance.now();
    const found: readonly Host[] = await this.#options.client.ping({
      timeoutMs: this.#times.pingMs,
      signal: this.#ended.signal,
    });
    // Who answered and left meanwhile is not there.
    const there = found.filter(({ id }) => (this.#missed.get(id) ?? begun) <= begun);
    for (const { id } of there) this.#heard(id);
    await Promise.all(there.map(({ id }) => this.refreshed(id)));
  }

  async refreshed(hostId: string): Promise<void> {
    const host = this.#hosts.get(hostId);
    if (host !== undefined) await this.#ask(host);
  }

  stop(): void {
    this.#ended.abort();
    for (const timer of this.#timers) clearInterval(timer);
  }

  #onEvent(event: ReceivedEvent): void {
    const { name, source } = event;
    if (name === 'unknown' || source === '') return;
    if (name === 'host_stopped') {
      this.#gone(source, 'it stopped', true);
    } else if (name === 'host_heartbeat') {
      // One that somebody else published under this source is of another host.
      if (event.data.hostId === source) this.#told(this.#heard(source), event.data);
    } else if (telling.has(name)) {
      void this.#ask(this.#heard(source));
    }
  }

  /** The host is alive; one that nobody knew is asked what runs there. */
  #heard(hostId: string): HostRecord {
    const now = performance.now();
    const known = this.#hosts.get(hostId);
    if (known !== undefined) {
      known.heardAt = now;
      return known;
    }
    const host = new HostRecord(hostId, now, this.#times.settleMs);
    this.#hosts.set(hostId, host);
    void this.#ask(host);
    return host;
  }

  #told(host: HostRecord, inventory: HostInventory): void {
    if (this.#hosts.get(host.id) !== host) return;
    const hasReturned = this.#missed.has(host.id);
    if (hasReturned && host.inventory === undefined)
      this.#options.onHost?.({ kind: 'back', hostId: host.id });
    const isNews = host.tell(inventory, performance.now(), hasReturned);
    if (isNews) this.#options.onChange();
  }

  /** Gets an inventory that is newer than this call; calls meanwhile share the next one. */
  async #ask(host: HostRecord): Promise<void> {
    await host.nextAsk(() => this.#askNow(host));
  }

  async #askNow(host: HostRecord): Promise<void> {
    await host.gap(this.#times.askGapMs, this.#ended.signal);
    while (this.#hosts.get(host.id) === host && !this.#ended.signal.aborted) {
      try {
        const inventory = await this.#options.client.getHostInventory(host.id, {
          timeoutMs: this.#times.answerMs,
          signal: this.#ended.signal,
        });
        host.heardAt = performance.now();
        this.#told(host, inventory);
        return;
      } catch (error) {
        if (this.#ended.signal.aborted) return;
        if (error instanceof ControlError && error.code === 'no-responders') {
          this.#gone(host.id, 'nobody listens there any more');
          return;
        }
        this.#logger.debug('a host does not tell what runs there, and is asked again', {
          host: host.id,
          error,
        });
        await delay(retryMs, undefined, { signal: this.#ended.signal }).catch(() => {});
      }
    }
  }

  #limitOf(host: HostRecord): number {
    return host.isOfOurs ? this.#times.silentMs : this.#times.heartbeatMs;
  }

  #gone(hostId: string, reason: string, isOrderly = false): void {
    const host = this.#hosts.get(hostId);
    if (host === undefined) return;
    this.#hosts.delete(hostId);
    const { friendlyName } = host.inventory ?? {};
    this.#options.onHost?.({ kind: 'gone', hostId, friendlyName, reason, isOrderly });
    this.#missed.delete(hostId);
    this.#missed.set(hostId, performance.now());
    const [oldest] = this.#missed.keys();
    if (this.#missed.size > rememberedHosts && oldest !== undefined) this.#missed.delete(oldest);
    this.#logger.info('a host is gone', { host: hostId, reason });
    this.#options.onChange();
  }

  /** Asks hosts that are too quiet, and tells when one has settled. */
  #sweep(): void {
    const now = performance.now();
    // While this process did nothing, it heard nothing either.
    const pausedMs = Math.max(0, now - this.#sweptAt - 2 * this.#times.sweepMs);
    this.#sweptAt = now;
    for (const host of [...this.#hosts.values()]) {
      host.heardAt += pausedMs;
      const quietMs = now - host.heardAt;
      if (quietMs >= this.#limitOf(host)) this.#gone(host.id, 'it is silent');
      else if (quietMs >= (host.isOfOurs ? this.#times.quietMs : this.#times.quietOthersMs))
        void this.#ask(host);
      if (host.settledSince(now)) this.#options.onChange();
    }
  }
}

/** After a question without an answer, in ms. */
const retryMs = 100;
/** Hosts that were missed and are remembered, as they may come back. */
const rememberedHosts = 1_000;
