import {
  checkServing,
  componentId,
  type Manifest,
  planDeploy,
  planEvents,
  runPlan,
  runStep,
} from '@wasmlattice/applications';
import { type ControlClient, createControlClient } from '@wasmlattice/control-interface';
import { type EventSubscription, subscribeEvents } from '@wasmlattice/events';
import { connectLattice } from '@wasmlattice/lattice-connection';
import { noopLogger } from '@wasmlattice/telemetry';
import type { DevHost } from './dev-host.js';

const requestTimeoutMs = 10_000;
/** How long one step may take: a provider's first start, or compiling a large component on a busy machine. */
const outcomeTimeoutMs = 120_000;

/** The lattice of one host that runs the application. */
export class DevLattice implements AsyncDisposable {
  /** With them, other commands reach it. */
  readonly flags: string;
  readonly #client: ControlClient;
  readonly #events: EventSubscription;
  readonly #hostId: string;
  readonly #signal: AbortSignal;
  readonly #close: () => Promise<void>;

  private constructor(parts: {
    readonly flags: string;
    readonly client: ControlClient;
    readonly events: EventSubscription;
    readonly hostId: string;
    readonly signal: AbortSignal;
    readonly close: () => Promise<void>;
  }) {
    this.flags = parts.flags;
    this.#client = parts.client;
    this.#events = parts.events;
    this.#hostId = parts.hostId;
    this.#signal = parts.signal;
    this.#close = parts.close;
  }

  static async connect(
    { hostId, natsUrl }: DevHost,
    lattice: string,
    signal: AbortSignal,
  ): Promise<DevLattice> {
    const connection = await connectLattice({ url: natsUrl, name: 'wasmlattice dev' }, noopLogger);
    const events = await subscribeEvents({ connection, lattice, names: planEvents });
    return new DevLattice({
      flags: `--nats-url ${natsUrl} --lattice ${lattice}`,
      client: createControlClient({ connection, lattice, timeoutMs: requestTimeoutMs }),
      events,
      hostId,
      signal,
      async close() {
        await events[Symbol.asyncDispose]();
        await connection.close();
      },
    });
  }

  /** Brings the lattice to what the manifest says, and waits until it serves. @throws DeployError */
  async deploy(manifest: Manifest, folder: string): Promise<void> {
    const options = { timeoutMs: requestTimeoutMs, signal: this.#signal };
    const [links, host] = await Promise.all([
      this.#client.getLinks(options),
      this.#client.getHostInventory(this.#hostId, options),
    ]);
    const plan = planDeploy(manifest, folder, { hosts: [host], links });
    await runPlan(plan, { ...this.#running, report: () => {} });
    await checkServing(plan, { ...this.#running, hostIds: [this.#hostId] });
  }

  /** Gives a component other code, and returns when requests get it. @throws DeployError when it can't run: the one before goes on */
  async swap(manifest: Manifest, name: string, image: string): Promise<void> {
    const component = manifest.components.find((each) => each.name === name);
    const id = component === undefined ? name : componentId(manifest.name, component);
    const inventory = await this.#client.getHostInventory(this.#hostId, {
      timeoutMs: requestTimeoutMs,
      signal: this.#signal,
    });
    const { annotations = {} } = inventory.components.find((each) => each.id === id) ?? {};
    await runStep(
      {
        kind: 'update-component',
        host: { hostId: inventory.hostId, friendlyName: inventory.friendlyName },
        command: { componentId: id, newComponentRef: image, annotations },
      },
      this.#running,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  get #running() {
    return {
      client: this.#client,
      events: this.#events,
      requestTimeoutMs,
      outcomeTimeoutMs,
      signal: this.#signal,
    };
  }
}
