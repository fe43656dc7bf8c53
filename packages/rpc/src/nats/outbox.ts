import { Empty, type MsgHdrs, type NatsConnection } from 'nats';
import type { ConnectionMonitor } from './connection-monitor.js';

interface Outgoing {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly reply: string | ReplySubject | undefined;
  readonly headers: MsgHdrs | undefined;
  readonly sender: OutgoingSender | undefined;
  readonly isLast: boolean;
}

/** A reply subject that is decided when the message leaves. */
export interface ReplySubject {
  replySubject(): string;
}

/** Learns that a message could not be published. */
export interface OutgoingSender {
  unsent(error: unknown): void;
}

/** What a message may carry besides its payload. */
export interface OutgoingOptions {
  readonly reply?: string | ReplySubject | undefined;
  readonly headers?: MsgHdrs | undefined;
  /** Without one, failures are left to who watches the connection. */
  readonly sender?: OutgoingSender;
}

/**
 * Publishes what one turn of the event loop produces in one go: the acceptance of a call leaves with its result when
 * the handler is quick, and the end of one call's parameters with the next call. The NATS client on its own writes
 * to the socket two to three times as often, which costs more than all else of a small call.
 *
 * One for all that is to stay in order.
 */
export class Outbox {
  readonly #connection: NatsConnection;
  readonly #monitor: ConnectionMonitor;
  #messages: Outgoing[] = [];
  /** What waits for the connection to be back. */
  readonly #kept: Outgoing[] = [];

  constructor(connection: NatsConnection, monitor: ConnectionMonitor) {
    this.#connection = connection;
    this.#monitor = monitor;
    monitor.watch({
      connected: () => {
        for (const message of this.#kept.splice(0)) this.#add(message);
      },
    });
  }

  /** Lost while the connection is down. */
  publish(subject: string, payload: Uint8Array = Empty, options: OutgoingOptions = {}): void {
    const { reply, headers, sender } = options;
    this.#add({ subject, payload, reply, headers, sender, isLast: false });
  }

  /**
   * Publishes the last that a peer hears of something, without which it would wait in vain: while the connection is down,
   * as soon as it is back.
   */
  publishLast(subject: string, headers?: MsgHdrs): void {
    this.#add({ subject, payload: Empty, reply: undefined, headers, sender: undefined, isLast: true });
  }

  /** Resolves once the NATS server has everything published so far. */
  async flush(): Promise<void> {
    this.#release();
    await this.#connection.flush();
  }

  #add(message: Outgoing): void {
    // A next tick comes after the microtasks, and with them the handlers that need no I/O.
    if (this.#messages.length === 0) process.nextTick(this.#release);
    this.#messages.push(message);
  }

  readonly #release = (): void => {
    const messages = this.#messages;
    if (messages.length === 0) return;
    this.#messages = [];
    const isDown = this.#monitor.state === 'disconnected';
    for (const message of messages) {
      if (isDown && message.isLast) {
        this.#kept.push(message);
        continue;
      }
      const { subject, payload, reply: replyTo, headers, sender } = message;
      const reply = typeof replyTo === 'object' ? replyTo.replySubject() : replyTo;
      try {
        if (headers) this.#connection.publish(subject, payload, reply ? { reply, headers } : { headers });
        else if (reply) this.#connection.publish(subject, payload, { reply });
        else this.#connection.publish(subject, payload);
      } catch (error) {
        sender?.unsent(error);
      }
    }
  };
}
