import type { NatsConnection } from 'nats';
import { ConnectionMonitor } from './connection-monitor.js';
import { Outbox } from './outbox.js';

/** NATS's own default, until the server's INFO is there. */
const defaultMaxPayload = 1024 * 1024;

/**
 * What all calls over one connection share: the order in which messages leave, and the knowledge whether it is up. A
 * program that has several invokers and servers on one connection makes one and gives it to each of them. It
 * learns of interruptions from when it is made: make it as soon as there is a connection.
 */
export class NatsTransport {
  /** Stays the caller's: the transport neither drains nor closes it. */
  readonly connection: NatsConnection;
  readonly monitor: ConnectionMonitor;
  readonly outbox: Outbox;

  constructor(connection: NatsConnection) {
    this.connection = connection;
    this.monitor = new ConnectionMonitor(connection);
    this.outbox = new Outbox(connection, this.monitor);
  }

  /** Bytes of the largest payload that the NATS server takes. */
  get maxPayload(): number {
    return this.connection.info?.max_payload ?? defaultMaxPayload;
  }

  /**
   * Stops watching a connection that goes on, after the invokers and servers were closed. What their peers are to hear
   * last still leaves, once the connection is back. A connection that is closed needs no such call.
   */
  close(): void {
    void this.monitor.settled().then(() => this.monitor.close());
  }
}
