import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import type { Server } from '../../serve.js';
import {
  createNatsInvoker,
  createNatsServer,
  type NatsInvoker,
  type NatsInvokerOptions,
  type NatsServerOptions,
} from '../index.js';

export const lattice = 'default';

/** A NATS server for one test, and invokers and servers with a connection each, which go with it. */
export class NatsPeers implements AsyncDisposable {
  /** Another one once a test has started it again. */
  nats: TestNatsServer;
  readonly #connections: NatsConnection[] = [];

  private constructor(nats: TestNatsServer) {
    this.nats = nats;
  }

  static async start(): Promise<NatsPeers> {
    return new NatsPeers(await startNatsServer());
  }

  async connect(options: ConnectionOptions = {}): Promise<NatsConnection> {
    const connection = await connect({
      servers: this.nats.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
      ...options,
    });
    this.#connections.push(connection);
    return connection;
  }

  async invoker(options: Partial<NatsInvokerOptions> = {}): Promise<NatsInvoker> {
    return createNatsInvoker({ connection: await this.connect(), lattice, ...options });
  }

  async server(options: Partial<NatsServerOptions> = {}): Promise<Server> {
    return createNatsServer({ connection: await this.connect(), lattice, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.nats[Symbol.asyncDispose]();
  }
}
