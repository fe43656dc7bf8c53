import { randomUUID } from 'node:crypto';
import { createXKey } from '@wasmlattice/identity';
import { connectLattice } from '@wasmlattice/lattice-connection';
import { type ProcessProvider, startProcessProvider, startProviderThread } from '@wasmlattice/provider-host';
import {
  decodeHostData,
  type HostData,
  type InterfaceLinkDefinition,
} from '@wasmlattice/provider-host/protocol';
import { createClient, type TypedInterface } from '@wasmlattice/rpc';
import { createNatsInvoker, type NatsInvoker } from '@wasmlattice/rpc/nats';
import { createLogger, noopLogger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { LinkName } from '../links/link-errors.js';
import { LogWatch } from './log-watch.js';

export interface ProviderHarnessOptions {
  /** The server of the lattice: `nats://127.0.0.1:4222`. */
  readonly url: string;
  /** What the provider is told the server is, for one on a {@link FaultyWire}. @default the same as `url` */
  readonly providerUrl?: string;
  /** The provider's program: a `.js` or `.ts` file, or an executable. */
  readonly program: string;
  /** The id that links and calls name. */
  readonly id: string;
  /** @default 'default' */
  readonly lattice?: string;
  /** Whether it is on another SDK than ours: nothing says then when it serves, only that it is healthy. @default false */
  readonly isForeign?: boolean;
  /** Whether it runs in a thread of this process, as one that is built into the host. @default false */
  readonly inThread?: boolean;
}

/** One running process of the provider. */
export interface ProviderUnderTest {
  /** Puts and deletes links, asks for health, stops: what a host does. */
  readonly provider: ProcessProvider;
  /** Resolves once the provider has logged a line that matches; forgets it and all lines before it. */
  logged(pattern: RegExp): Promise<void>;
}

/** Who calls where a test does not say. */
const defaultCaller: LinkName = { sourceId: 'component', linkName: 'default' };

/**
 * Runs a provider as a host does, for its tests: its program in a process of its own, host data on standard input, links and
 * health over NATS. The harness opens one connection; disposing it stops every provider and closes the connection.
 */
export class ProviderHarness implements AsyncDisposable {
  readonly connection: NatsConnection;
  /** Calls the provider as components do. */
  readonly invoker: NatsInvoker;
  readonly #options: ProviderHarnessOptions & { readonly lattice: string };
  readonly #running: ProcessProvider[] = [];

  private constructor(
    connection: NatsConnection,
    options: ProviderHarnessOptions & { readonly lattice: string },
  ) {
    this.connection = connection;
    this.invoker = createNatsInvoker({ connection, lattice: options.lattice });
    this.#options = options;
  }

  static async connect(options: ProviderHarnessOptions): Promise<ProviderHarness> {
    const connection = await connectLattice({ url: options.url, name: options.id }, noopLogger);
    return new ProviderHarness(connection, { lattice: 'default', ...options });
  }

  /**
   * Starts a process of the provider and waits until it serves. Several may run at once: they share the calls.
   *
   * @param links those it has from the start
   * @param config the provider's own configuration
   * @throws what the host reports when a provider does not start
   */
  async start(
    links: readonly InterfaceLinkDefinition[],
    config: HostData['config'] = {},
  ): Promise<ProviderUnderTest> {
    const { program, id, lattice, inThread, isForeign = false } = this.#options;
    const log = new LogWatch();
    const xkey = createXKey();
    const hostId = `N${randomUUID()}`;
    const provider = await startProcessProvider(
      {
        connection: this.connection,
        lattice,
        hostId,
        environment: {},
        nodePath: process.execPath,
        logger: createLogger({ name: 'host', level: 'debug', format: 'text', write: log.write }),
      },
      {
        id,
        file: program,
        startProcess: inThread ? startProviderThread : undefined,
        xkey: xkey.publicKey,
        loadHostData: async () => ({
          ...this.#hostData(hostId, xkey.seed()),
          linkDefinitions: links,
          config,
        }),
      },
    );
    this.#running.push(provider);
    const logged = (pattern: RegExp): Promise<void> => log.logged(pattern);
    if (!isForeign) await logged(/the provider serves/);
    return { provider, logged };
  }

  /**
   * A link of a component to the provider, for {@link start} and `putLink`.
   *
   * @param wit package and interface: `acme:greeter/greet`
   */
  link(
    wit: string,
    targetConfig: InterfaceLinkDefinition['targetConfig'] = {},
    caller: Partial<LinkName> = {},
  ): InterfaceLinkDefinition {
    const [, witNamespace = '', witPackage = '', interfaceName = ''] = /^(.+?):(.+?)\/(.+)$/.exec(wit) ?? [];
    const { sourceId, linkName: name } = { ...defaultCaller, ...caller };
    return {
      sourceId,
      target: this.#options.id,
      name,
      witNamespace,
      witPackage,
      interfaces: [interfaceName],
      sourceConfig: {},
      targetConfig,
    };
  }

  /** Calls an interface of the provider as the component at the other end of a {@link link}. */
  client<M>(wit: TypedInterface<M>, caller: Partial<LinkName> = {}): M {
    const { sourceId, linkName } = { ...defaultCaller, ...caller };
    return createClient(this.invoker, {
      target: this.#options.id,
      interface: wit,
      headers: { 'source-id': sourceId, 'link-name': linkName },
    });
  }

  /** Stops every process that {@link start} started; what is linked to them is forgotten. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((provider) => provider.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
    await this.invoker.close();
    await this.connection.close();
  }

  #hostData(hostId: string, providerSeed: string): HostData {
    const { url, providerUrl, id, lattice } = this.#options;
    return {
      ...decodeHostData(Buffer.from('{}').toString('base64')),
      hostId,
      latticeRpcPrefix: lattice,
      latticeRpcUrl: providerUrl ?? url,
      providerKey: id,
      instanceId: randomUUID(),
      hostXkeyPublicKey: createXKey().publicKey,
      providerXkeyPrivateKey: providerSeed,
      logLevel: 'info',
    };
  }
}
