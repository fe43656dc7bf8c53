import type { NatsConnection } from 'nats';
import { NatsLink } from './nats-link.js';
import type { NatsPeers } from './nats-peers.js';

/** A connection that can be cut. */
export class CutConnection {
  readonly link: NatsLink;
  readonly connection: NatsConnection;

  private constructor(link: NatsLink, connection: NatsConnection) {
    this.link = link;
    this.connection = connection;
  }

  static async open(peers: NatsPeers): Promise<CutConnection> {
    const link = await NatsLink.to(peers.nats.port);
    // A dial that the server greeted and then hung up is only tried again after the timeout.
    const options = { servers: link.url, timeout: 500, waitOnFirstConnect: true };
    return new CutConnection(link, await peers.connect(options));
  }

  /**
   * Resolves when the client knows that its connection dropped, with what brings it back. A turn of the event loop lies
   * in between, for all that follows from it.
   */
  async cut(): Promise<() => Promise<void>> {
    const { connection, link } = this;
    const dropped = this.next('disconnect');
    const back = this.next('reconnect');
    link.cut();
    await dropped;
    return async () => {
      await new Promise(setImmediate);
      link.mend();
      await back;
      // Now its subscriptions are in place again.
      await connection.flush();
    };
  }

  /** The next event of that kind. */
  async next(type: string): Promise<void> {
    for await (const status of this.connection.status()) if (status.type === type) return;
  }
}
