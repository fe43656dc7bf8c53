import {
  AckPolicy,
  type ConsumerConfig,
  type JetStreamClient,
  type JetStreamManager,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  nanos,
  type ObjectStoreOptions,
  type SeqMsgRequest,
  type StoredMsg,
} from 'nats';
import { MessagesGoneError, pullMessages } from './pull-messages.js';

/** How long the server may take for an answer, in ms; below the 10 s after which callers give up. */
const timeoutMs = 8_000;
/** How long a reader may pause, in ms: longer than streams of calls wait for one. */
const consumerIdleMs = 15 * 60_000;

export interface JetStreamAccess {
  readonly domain: string | undefined;
  /** How long the server may take to store one message, in ms. */
  readonly writeTimeoutMs: number;
  /** First tokens of inboxes that the connection may have. */
  readonly inboxPrefix?: string | undefined;
}

/** JetStream on a connection, or on a domain behind it. */
export class JetStream {
  readonly manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #connection: NatsConnection;
  readonly #options: JetStreamAccess;

  private constructor(connection: NatsConnection, manager: JetStreamManager, options: JetStreamAccess) {
    this.#connection = connection;
    this.manager = manager;
    this.#client = manager.jetstream();
    this.#options = options;
  }

  static async open(connection: NatsConnection, options: JetStreamAccess): Promise<JetStream> {
    const { domain } = options;
    const manager = await connection.jetstreamManager({
      checkAPI: false,
      timeout: timeoutMs,
      ...(domain !== undefined && { domain }),
    });
    return new JetStream(connection, manager, options);
  }

  /** The server's limit for the payload of a message, in bytes. */
  get maxPayload(): number {
    return this.#connection.info?.max_payload ?? 1_048_576;
  }

  /** Resolves when the message is stored. */
  async publish(subject: string, data: Uint8Array, more?: MsgHdrs): Promise<void> {
    const timeout = this.#options.writeTimeoutMs;
    await this.#client.publish(subject, data, { timeout, ...(more !== undefined && { headers: more }) });
  }

  /** A bucket of the object store that is not there yet. */
  async createBucket(name: string, options: Partial<ObjectStoreOptions>): Promise<void> {
    await this.#client.views.os(name, { ...options });
  }

  /** The first message with that subject. */
  firstMessage(stream: string, subject: string): Promise<StoredMsg> {
    // The types of the library know it of requests that go around the leader only.
    const query: SeqMsgRequest & { readonly next_by_subj: string } = { seq: 1, next_by_subj: subject };
    return this.manager.streams.getMessage(stream, query);
  }

  /** The messages of a stream that a consumer selects and that are there now, at the pace of the reader. */
  async *messages(
    stream: string,
    config: Partial<ConsumerConfig>,
    { window, atLeast = 0 }: { readonly window: number; readonly atLeast?: number },
  ): AsyncGenerator<Msg> {
    const { name, num_pending: total } = await this.manager.consumers.add(stream, {
      ...config,
      ack_policy: AckPolicy.None,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(consumerIdleMs),
    });
    try {
      if (total < atLeast) throw new MessagesGoneError(`${total} of ${atLeast} messages are there`);
      const { domain, inboxPrefix } = this.#options;
      const api = domain === undefined ? '$JS.API' : `$JS.${domain}.API`;
      yield* pullMessages({
        connection: this.#connection,
        subject: `${api}.CONSUMER.MSG.NEXT.${stream}.${name}`,
        total,
        window,
        patienceMs: timeoutMs,
        known: async () => {
          const { delivered, num_pending: left } = await this.manager.consumers.info(stream, name);
          return delivered.consumer_seq + left;
        },
        inboxPrefix,
      });
    } finally {
      // It is gone already where its stream was deleted.
      this.manager.consumers.delete(stream, name).catch(() => {});
    }
  }
}
