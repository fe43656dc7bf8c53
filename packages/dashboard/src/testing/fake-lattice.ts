import {
  type ControlClient,
  type ControlHandlers,
  createControlClient,
  failed,
  type HostInventory,
  type Link,
  ok,
  type StringMap,
  serveControlInterface,
  silent,
} from '@wasmlattice/control-interface';
import {
  createDiagnosticsClient,
  type DiagnosticsClient,
  type DiagnosticsServer,
  type HostFigures,
  serveDiagnostics,
} from '@wasmlattice/diagnostics';
import {
  configDeleted,
  configSet,
  createNatsEventPublisher,
  type LatticeEvent,
  linkdefDeleted,
  linkdefSet,
} from '@wasmlattice/events';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { linkKey } from '../model/lattice-rows.js';

/** What a host of a {@link FakeLattice} runs; tests change it. */
export type FakeInventory = {
  -readonly [K in 'components' | 'providers' | 'undeliveredLinks']?: HostInventory[K];
};

/** Hosts that run nothing but answer, on a real NATS server; gone with their scope. */
export interface FakeLattice extends AsyncDisposable {
  readonly connection: NatsConnection;
  readonly client: ControlClient;
  readonly diagnostics: DiagnosticsClient;
  readonly links: Link[];
  readonly configs: Map<string, StringMap>;
  /** Publishes an event as the host of this id does. */
  emit(hostId: string, event: LatticeEvent): Promise<void>;
  /** Makes a host tell figures, what it logs and what it traces, from now on. */
  tellFigures(
    hostId: string,
    figures: () => HostFigures,
    onFollow?: () => void,
    onTraces?: () => void,
  ): Promise<DiagnosticsServer>;
  /** Adds a host, or changes what one runs. */
  host(hostId: string, inventory: FakeInventory): Promise<void>;
}

export async function startFakeLattice(): Promise<FakeLattice> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startNatsServer());
  const connection = await connect({ servers: server.url });
  opened.defer(() => connection.close());
  const client = createControlClient({ connection, lattice: 'default' });
  const links: Link[] = [];
  const configs = new Map<string, StringMap>();
  const inventories = new Map<string, FakeInventory>();

  const emit = async (hostId: string, event: LatticeEvent): Promise<void> => {
    await createNatsEventPublisher({ connection, lattice: 'default', source: hostId }).publish(event);
  };
  const handlersOf = (hostId: string): ControlHandlers => {
    const about = {
      friendlyName: `calm-fox-${hostId}`,
      labels: { 'hostcore.os': 'linux', 'hostcore.arch': 'x86_64', zone: 'a' },
      version: '1.2.3',
      uptimeHuman: '5s',
      uptimeSeconds: 5,
    };
    const unsupported = () => failed('unsupported subject');
    return {
      pingHost: () => ok('', { ...about, id: hostId, lattice: 'default' }),
      getHostInventory: () =>
        ok('', { ...about, hostId, components: [], providers: [], ...inventories.get(hostId) }),
      stopHost: unsupported,
      putLabel: unsupported,
      deleteLabel: unsupported,
      auctionComponent: () => silent,
      auctionProvider: () => silent,
      scaleComponent: unsupported,
      updateComponent: unsupported,
      startProvider: unsupported,
      stopProvider: unsupported,
      getLinks: () => ok('', links),
      putLink(link) {
        const at = links.findIndex((each) => linkKey(each) === linkKey(link));
        links.splice(at < 0 ? links.length : at, at < 0 ? 0 : 1, link);
        void emit(hostId, linkdefSet(link));
        return ok('successfully set link');
      },
      deleteLink(command) {
        const at = links.findIndex(
          (each) => linkKey(each) === linkKey({ ...command, target: command.target ?? each.target }),
        );
        const [removed] = at < 0 ? [] : links.splice(at, 1);
        void emit(hostId, linkdefDeleted(command, removed));
        return ok('successfully deleted link');
      },
      getConfig(name) {
        const config = configs.get(name);
        return config === undefined ? ok('Configuration not found') : ok('', config);
      },
      putConfig({ config, name }) {
        configs.set(name, config);
        void emit(hostId, configSet({ configName: name }));
        return ok('successfully put config');
      },
      deleteConfig(name) {
        configs.delete(name);
        void emit(hostId, configDeleted({ configName: name }));
        return ok('successfully deleted config');
      },
      getClaims: () => ok('', []),
      putRegistries: unsupported,
    };
  };

  const scope = opened.move();
  return {
    connection,
    client,
    diagnostics: createDiagnosticsClient({ connection, lattice: 'default' }),
    links,
    configs,
    emit,
    async tellFigures(hostId, figures, onFollow = () => {}, onTraces = () => {}) {
      const served = serveDiagnostics({
        connection,
        lattice: 'default',
        controlPrefix: 'wasmbus.ctl',
        hostId,
        figures: async () => figures(),
        onFollow,
        onTraces,
      });
      scope.defer(() => served.close());
      await connection.flush();
      return served;
    },
    async host(hostId, inventory) {
      const isKnown = inventories.has(hostId);
      inventories.set(hostId, inventory);
      if (isKnown) return;
      const handlers = handlersOf(hostId);
      const served = await serveControlInterface({ connection, lattice: 'default', hostId, handlers });
      scope.defer(() => served.close());
      await connection.flush();
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}
