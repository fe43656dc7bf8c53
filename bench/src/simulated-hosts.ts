import {
  type ControlHandlers,
  failed,
  type Host,
  type HostInventory,
  ok,
  serveControlInterface,
} from '@wasmlattice/control-interface';
import { createNatsEventPublisher, type EventPublisher, hostHeartbeat } from '@wasmlattice/events';
import { createHostKey } from '@wasmlattice/identity';
import { connect, type NatsConnection } from 'nats';

/** What a heartbeat of all hosts, again and again, took. */
export interface Beaten {
  /** CPU time of this process for all of them, the client's included. */
  readonly cpuMs: number;
  /** How many a client got. */
  readonly received: number;
}

/** The control planes of many hosts in this process. */
export interface SimulatedHosts extends AsyncDisposable {
  /** Has each host publish its heartbeat once an interval, spread over it, and counts what comes to `client`. */
  beat(
    client: NatsConnection,
    options: { readonly intervalMs: number; readonly periods: number },
  ): Promise<Beaten>;
}

/** As many workloads as a small host at the edge has. */
const workloads = { components: 10, providers: 3 };

/**
 * Starts hosts that run nothing: each has a connection of its own, follows both buckets of the lattice as a host does, answers pings,
 * inventories and auctions, and publishes heartbeats.
 */
export async function startSimulatedHosts(natsUrl: string, count: number): Promise<SimulatedHosts> {
  await using started = new AsyncDisposableStack();
  const hosts: SimulatedHost[] = [];
  for (let number = 0; number < count; number++) {
    hosts.push(started.use(await startSimulatedHost(natsUrl, number)));
  }
  const all = started.move();
  return {
    async beat(client, { intervalMs, periods }) {
      let received = 0;
      const events = client.subscribe('wasmbus.evt.default.host_heartbeat', {
        callback: (error) => {
          if (error !== null) throw error;
          received++;
        },
      });
      await client.flush();
      const before = process.cpuUsage();
      const beating = hosts.map(async ({ beat }, index) => {
        await pause((index / count) * intervalMs);
        for (let period = 0; period < periods; period++) {
          await beat();
          await pause(intervalMs);
        }
      });
      await Promise.all(beating);
      await Promise.all(hosts.map(({ flush }) => flush()));
      await client.flush();
      const { user, system } = process.cpuUsage(before);
      events.unsubscribe();
      return { cpuMs: (user + system) / 1_000, received };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

interface SimulatedHost extends AsyncDisposable {
  beat(): Promise<void>;
  flush(): Promise<void>;
}

async function startSimulatedHost(natsUrl: string, number: number): Promise<SimulatedHost> {
  await using started = new AsyncDisposableStack();
  const connection = await connect({ servers: natsUrl });
  started.defer(() => connection.close());
  for (const bucket of ['LATTICEDATA_default', 'CONFIGDATA_default']) {
    const kv = await connection.jetstream().views.kv(bucket);
    const watch = await kv.watch();
    started.defer(() => watch.stop());
    void drain(watch);
  }
  const hostId = createHostKey().publicKey;
  const inventory = describe(hostId, number);
  const server = await serveControlInterface({
    connection,
    lattice: 'default',
    hostId,
    handlers: handlersOf(hostId, inventory),
  });
  started.use(server);
  const events: EventPublisher = createNatsEventPublisher({ connection, lattice: 'default', source: hostId });
  const all = started.move();
  return {
    beat: () => events.publish(hostHeartbeat(inventory)),
    flush: () => connection.flush(),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function handlersOf(hostId: string, inventory: HostInventory): ControlHandlers {
  const { friendlyName, labels, version, uptimeSeconds } = inventory;
  const host: Host = { id: hostId, friendlyName, labels, lattice: 'default', version, uptimeSeconds };
  const refuse = () => failed('a simulated host runs nothing');
  return {
    pingHost: () => ok('', host),
    getHostInventory: () => ok('', inventory),
    auctionComponent: (request) => ok('', { ...request, hostId }),
    getLinks: () => ok('', []),
    getClaims: () => ok('', []),
    stopHost: refuse,
    putLabel: refuse,
    deleteLabel: refuse,
    scaleComponent: refuse,
    updateComponent: refuse,
    startProvider: refuse,
    stopProvider: refuse,
    putLink: refuse,
    deleteLink: refuse,
    getConfig: refuse,
    putConfig: refuse,
    deleteConfig: refuse,
    putRegistries: refuse,
  };
}

function describe(hostId: string, number: number): HostInventory {
  const annotations = { 'wasmcloud.dev/appspec': 'bench', 'wasmcloud.dev/managed-by': 'wadm' };
  return {
    hostId,
    friendlyName: `simulated-host-${String(number).padStart(4, '0')}`,
    labels: { 'hostcore.os': 'linux', 'hostcore.arch': 'x86_64', 'hostcore.osfamily': 'unix', zone: 'a' },
    version: '1.9.0',
    uptimeHuman: '1s',
    uptimeSeconds: 1,
    components: Array.from({ length: workloads.components }, (_, index) => ({
      id: `bench-component-${index}`,
      imageRef: `registry.example/components/component-${index}:0.1.0`,
      annotations,
      revision: 0,
      maxInstances: 10,
    })),
    providers: Array.from({ length: workloads.providers }, (_, index) => ({
      id: `bench-provider-${index}`,
      imageRef: `registry.example/providers/provider-${index}:0.1.0`,
      annotations,
      revision: 0,
    })),
  };
}

async function drain(watch: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of watch);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
