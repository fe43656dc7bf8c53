import type { BrokerConnection } from './broker-connection.js';
import type { Destination } from './topics.js';

/** What came on a reply topic. */
export interface Reply {
  readonly topic: string;
  readonly body: Uint8Array;
}

/** One request that waits for its answer. */
export interface ExpectedReply {
  /** Where it is to be sent, with what tells it from others. */
  readonly reply: Destination;
  /** `undefined` when none came in time. */
  answerWithin(ms: number): Promise<Reply | undefined>;
  /** Waits no more. */
  end(): void;
}

/**
 * Where answers arrive at one connection: a topic for each request below one that is subscribed to when the first is made. Those who answer
 * as MQTT 5 says send the correlation data back, too; components that answer do not know of it, so that the topic is what counts.
 */
export class ReplyInbox {
  readonly #connection: BrokerConnection;
  readonly #root: string;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  #subscribed: Promise<unknown> | undefined;
  #last = 0;

  /** @param root the topic below which the answers arrive, another one for each connection */
  constructor(connection: BrokerConnection, root: string) {
    this.#connection = connection;
    this.#root = root;
    connection.client.on('message', (topic, body) => this.#waiting.get(topic)?.({ topic, body }));
  }

  /** Rejects when the broker refuses the subscription. */
  async expect(): Promise<ExpectedReply> {
    await this.#subscribe();
    this.#last += 1;
    const id = this.#last.toString(36);
    const topic = `${this.#root}/${id}`;
    const { promise, resolve } = Promise.withResolvers<Reply | undefined>();
    this.#waiting.set(topic, resolve);
    let timer: NodeJS.Timeout | undefined;
    return {
      reply: { topic, correlation: Buffer.from(id) },
      answerWithin(ms) {
        timer = setTimeout(() => resolve(undefined), ms);
        return promise;
      },
      end: () => {
        clearTimeout(timer);
        this.#waiting.delete(topic);
      },
    };
  }

  async #subscribe(): Promise<void> {
    this.#subscribed ??= this.#connection.client.subscribeAsync(`${this.#root}/+`, { qos: 1 });
    try {
      await this.#subscribed;
    } catch (error) {
      this.#subscribed = undefined;
      throw error;
    }
  }
}
