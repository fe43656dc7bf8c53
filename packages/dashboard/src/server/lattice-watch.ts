import {
  type ControlClient,
  ControlError,
  type Host,
  type HostInventory,
} from '@wasmlattice/control-interface';
import { type EventSubscription, type ReceivedEvent, subscribeEvents } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { type HostRow, linkKey, rowsOf } from '../model/lattice-rows.js';
import { type Coalesced, coalesce } from './coalesce.js';
import type { RowTables } from './row-tables.js';

/** What {@link watchLattice} needs. */
export interface LatticeWatchOptions {
  readonly connection: NatsConnection;
  readonly client: ControlClient;
  readonly tables: RowTables;
  readonly logger: Logger;
  /** Is called with each event that comes. */
  readonly onEvent: (event: ReceivedEvent) => void;
}

/** Keeps the tables as the lattice is. */
export interface LatticeWatch {
  /** Asks everything anew, as after a time without a connection. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Hosts are given this time to answer a ping, in ms: long enough for those of another continent. */
const gatherMs = 750;
/** Many events come at once when an application is deployed; one question answers them all. In ms. */
const settleMs = 250;
/** A host tells that it lives each 30 s. One that missed two is asked, and gone if it does not answer. In ms. */
const silentAfterMs = 65_000;
const presenceCheckMs = 10_000;
/** How far the start of a host may seem to move: it tells its age in whole seconds. In ms. */
const startToleranceMs = 2_500;

/** Reads the lattice, and follows its events from then on. Rejects with an `EventSubscribeError`. */
export async function watchLattice(options: LatticeWatchOptions): Promise<LatticeWatch> {
  const { client, connection, logger } = options;
  const events = await subscribeEvents({ connection, lattice: client.lattice, logger });
  const watch = new Watch(options, events);
  await watch.refresh();
  return watch;
}

class Watch implements LatticeWatch {
  readonly #client: ControlClient;
  readonly #tables: RowTables;
  readonly #logger: Logger;
  readonly #onEvent: (event: ReceivedEvent) => void;
  readonly #events: EventSubscription;
  readonly #ended: Promise<void>;
  readonly #closing = new AbortController();
  /** When each host was last heard of, milliseconds since 1970. */
  readonly #heardOf = new Map<string, number>();
  readonly #hostsToAsk = new Set<string>();
  readonly #askHosts: Coalesced;
  readonly #askLinks: Coalesced;
  readonly #presenceTimer: NodeJS.Timeout;

  constructor({ client, tables, logger, onEvent }: LatticeWatchOptions, events: EventSubscription) {
    this.#client = client;
    this.#tables = tables;
    this.#logger = logger;
    this.#onEvent = onEvent;
    this.#events = events;
    this.#askHosts = coalesce(() => {
      const hosts = [...this.#hostsToAsk];
      this.#hostsToAsk.clear();
      for (const hostId of hosts) void this.#readInventory(hostId);
    }, settleMs);
    this.#askLinks = coalesce(() => void this.#readLinks(), settleMs);
    this.#presenceTimer = setInterval(() => this.#checkPresence(), presenceCheckMs);
    this.#ended = this.#follow();
  }

  async refresh(): Promise<void> {
    const { signal } = this.#closing;
    try {
      const [hosts] = await Promise.all([
        this.#client.ping({ timeoutMs: gatherMs, signal }),
        this.#readLinks(),
      ]);
      const known = new Set(hosts.map(({ id }) => id));
      for (const [hostId] of this.#tables.entries('hosts')) if (!known.has(hostId)) this.#removeHost(hostId);
      for (const host of hosts) this.#setHost(host);
      await Promise.all(hosts.map(({ id }) => this.#readInventory(id)));
    } catch (error) {
      this.#skip('could not read the lattice', error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#presenceTimer);
    this.#askHosts.close();
    this.#askLinks.close();
    await this.#events.close();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    for await (const event of this.#events) {
      this.#take(event);
      this.#onEvent(event);
    }
  }

  #take(event: ReceivedEvent): void {
    const hostId = event.source;
    this.#heardOf.set(hostId, Date.now());
    switch (event.name) {
      case 'host_heartbeat':
        this.#takeInventory(event.data);
        break;
      case 'host_stopped':
        this.#removeHost(hostId);
        break;
      case 'linkdef_set':
      case 'linkdef_deleted':
        this.#askLinks.ask();
        break;
      case 'link_state_changed':
        this.#askHost(hostId);
        break;
      case 'host_started':
      case 'labels_changed':
      case 'component_scaled':
      case 'component_scale_failed':
      case 'provider_started':
      case 'provider_start_failed':
      case 'provider_stopped':
      case 'provider_state_changed':
      case 'health_check_failed':
      case 'health_check_passed':
      case 'linkdef_set_failed':
        this.#askHost(hostId);
        break;
      case 'config_set':
      case 'config_deleted':
      case 'health_check_status':
      case 'artifact_pull_progress':
      case 'audit_recorded':
      case 'unknown':
        break;
      default:
        event satisfies never;
    }
  }

  #askHost(hostId: string): void {
    this.#hostsToAsk.add(hostId);
    this.#askHosts.ask();
  }

  async #readInventory(hostId: string): Promise<void> {
    try {
      this.#takeInventory(await this.#client.getHostInventory(hostId, { signal: this.#closing.signal }));
    } catch (error) {
      if (isAbsent(error)) this.#setPresence(hostId, 'silent');
      this.#skip('could not read an inventory', error, { host: hostId });
    }
  }

  async #readLinks(): Promise<void> {
    try {
      const links = await this.#client.getLinks({ signal: this.#closing.signal });
      this.#tables.replace('links', new Map(links.map((link) => [linkKey(link), link])));
    } catch (error) {
      // A lattice without hosts has nobody who answers.
      this.#skip('could not read the links', error);
    }
  }

  #takeInventory(inventory: HostInventory): void {
    const { hostId, friendlyName, labels, version, uptimeSeconds } = inventory;
    if (this.#closing.signal.aborted) return;
    this.#setHost({ id: hostId, friendlyName, labels, version, uptimeSeconds });
    const rows = rowsOf(inventory);
    const isHere = (row: { readonly hostId: string }): boolean => row.hostId === hostId;
    this.#tables.replace('components', rows.components, isHere);
    this.#tables.replace('providers', rows.providers, isHere);
    this.#tables.replace('linkTroubles', rows.linkTroubles, isHere);
  }

  #setHost(host: Pick<Host, 'id' | 'friendlyName' | 'labels' | 'version' | 'uptimeSeconds'>): void {
    const now = Date.now();
    this.#heardOf.set(host.id, now);
    const started = now - host.uptimeSeconds * 1_000;
    const before = this.#tables.get('hosts', host.id)?.startedAt;
    const isSame = before !== undefined && Math.abs(started - before) <= startToleranceMs;
    const row: HostRow = {
      id: host.id,
      name: host.friendlyName,
      labels: host.labels,
      version: host.version ?? '',
      startedAt: isSame ? before : started,
      presence: 'here',
    };
    this.#tables.set('hosts', host.id, row);
  }

  #setPresence(hostId: string, presence: HostRow['presence']): void {
    const row = this.#tables.get('hosts', hostId);
    if (row !== undefined) this.#tables.set('hosts', hostId, { ...row, presence });
  }

  #removeHost(hostId: string): void {
    this.#heardOf.delete(hostId);
    this.#tables.delete('hosts', hostId);
    this.#tables.delete('hostFigures', hostId);
    for (const name of ['components', 'providers', 'linkTroubles', 'figures'] as const) {
      for (const [key, row] of this.#tables.entries(name)) {
        if (row.hostId === hostId) this.#tables.delete(name, key);
      }
    }
  }

  #checkPresence(): void {
    const oldest = Date.now() - silentAfterMs;
    for (const [hostId, row] of this.#tables.entries('hosts')) {
      if (row.presence === 'here' && (this.#heardOf.get(hostId) ?? 0) < oldest) this.#askHost(hostId);
    }
  }

  #skip(message: string, error: unknown, fields: Readonly<Record<string, string>> = {}): void {
    if (!this.#closing.signal.aborted) this.#logger.debug(message, { ...fields, error });
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof ControlError && (error.code === 'no-responders' || error.code === 'timeout');
}
