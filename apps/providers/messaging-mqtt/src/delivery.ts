import { setTimeout as delay } from 'node:timers/promises';
import {
  backOffMs,
  ComponentHandler,
  createMessageQueue,
  type DeadLetterCause,
  describeCause,
  type HandedMessage,
  type MessageQueue,
} from '@wasmlattice/messaging';
import type { Invoker } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { ISubscriptionMap } from 'mqtt';
import type { BrokerAccess, BrokerSession, Qos } from './broker-access.js';
import { BrokerConnection, BrokerError } from './broker-connection.js';
import { createDeadLetters, type DeadLetters } from './dead-letters.js';
import type { DeliveryMetrics } from './delivery-metrics.js';
import { type IncomingMessage, takeMessages } from './incoming-messages.js';
import { replySubjectOf, type SubjectStyle, subjectOf } from './topics.js';
import { traceOf } from './trace-properties.js';

/** What a component gets, and how. */
export interface DeliverySettings {
  readonly access: BrokerAccess;
  readonly session: BrokerSession;
  readonly style: SubjectStyle;
  /** Topic filters, `$share/group/` in front of those that are shared. */
  readonly filters: readonly string[];
  readonly qos: Qos;
  /** Messages that were there before the subscription: all of them, only those of a new subscription, none. */
  readonly retained: 'all' | 'new' | 'none';
  /** Attempts at a message with QoS 1 or 2. */
  readonly maxDeliver: number;
  readonly backOffMs: readonly number[];
  readonly deadLetterTopic: string | undefined;
  readonly handlerTimeoutMs: number;
}

export interface DeliveryOptions {
  readonly settings: DeliverySettings;
  readonly component: string;
  readonly linkName: string;
  readonly invoker: Invoker;
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
}

/** Behind those that are handled. Of QoS 0 more are lost; of the others the broker sends no more than it may. */
const maxWaiting = 65_536;
/** Between two attempts to store a dead letter. */
const storeAgainMs = 2_000;

/**
 * Messages on their way from a broker to one component. One with QoS 1 or 2 is acknowledged when the component has handled it, or a
 * dead letter is stored; if the provider ends before, the broker has it still.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #logger: Logger;
  readonly #handler: ComponentHandler;
  readonly #queue: MessageQueue<IncomingMessage>;
  readonly #stopping = new AbortController();
  #deadLetters: DeadLetters | undefined;
  #connection: BrokerConnection | undefined;
  #isOverflowing = false;

  private constructor(options: DeliveryOptions) {
    const { component, invoker, linkName, settings } = options;
    this.#options = options;
    this.#logger = options.logger.with({ component, link: linkName });
    this.#handler = new ComponentHandler({
      invoker,
      component,
      linkName,
      timeoutMs: settings.handlerTimeoutMs,
      logger: this.#logger,
    });
    this.#queue = createMessageQueue((message) => this.#handle(message), {
      running: settings.session.maxMessages,
      waiting: maxWaiting,
    });
  }

  /**
   * Connects, subscribes and resolves once messages will arrive.
   *
   * @throws BrokerError
   */
  static async start(options: DeliveryOptions): Promise<Delivery> {
    const delivery = new Delivery(options);
    await delivery.#start();
    return delivery;
  }

  get isConnected(): boolean {
    return this.#connection?.isConnected === true;
  }

  get isSessionKept(): boolean {
    return this.#options.settings.session.isKept;
  }

  /** Takes no more messages, and resolves when those that a component has are done, or given up at the signal. Then disconnects. */
  async stop(deadline?: AbortSignal): Promise<void> {
    this.#stopping.abort();
    this.#queue.close();
    const { filters, session } = this.#options.settings;
    // The broker keeps what comes to a session that is kept; another client of a shared subscription gets it otherwise.
    if (!session.isKept && this.isConnected) this.#connection?.client.unsubscribe([...filters]);
    await Promise.race([this.#queue.settled(), aborted(deadline)]);
    await this.#connection?.end();
  }

  async #start(): Promise<void> {
    const { component, settings } = this.#options;
    const { access, deadLetterTopic, filters, session } = settings;
    const connection = await BrokerConnection.open(access, session, this.#logger, (client) =>
      takeMessages(client, (message) => this.#receive(message)),
    );
    this.#connection = connection;
    if (deadLetterTopic !== undefined) {
      this.#deadLetters = createDeadLetters(connection, deadLetterTopic, component);
    }
    try {
      if (filters.length > 0) await connection.client.subscribeAsync(subscriptionsOf(settings));
    } catch (cause) {
      await connection.end();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new BrokerError(`could not subscribe to ${filters.join(', ')} at ${connection.name}: ${reason}`, {
        cause,
      });
    }
  }

  #receive(message: IncomingMessage): void {
    // What is not acknowledged comes again, in this session or to another client.
    if (this.#stopping.signal.aborted) return;
    if (message.isRetained && this.#options.settings.retained === 'none') {
      message.acknowledge();
      return;
    }
    const isTaken = this.#queue.push(message);
    if (!isTaken && !this.#isOverflowing) {
      this.#logger.warn(
        'messages are lost: they arrive faster than the component handles them; scale it up',
        {
          topic: message.topic,
        },
      );
    }
    this.#isOverflowing = !isTaken;
  }

  async #handle(message: IncomingMessage): Promise<void> {
    if (message.qos === 0) await this.#handleOnce(message);
    else await this.#handleUntilDone(message);
  }

  async #handleOnce(message: IncomingMessage): Promise<void> {
    const outcome = await this.#handler.hand(this.#toHanded(message));
    if (outcome.kind === 'handled') {
      this.#options.metrics.count('handled');
      return;
    }
    this.#options.metrics.count('given-up');
    const [words, error] =
      outcome.kind === 'refused'
        ? ['a component failed to handle a message', outcome.reason]
        : ['a message could not be handed to its component', outcome.error];
    this.#logger.error(words, { topic: message.topic, error });
  }

  /** MQTT has no way to ask for a message again: the attempts are made here. */
  async #handleUntilDone(message: IncomingMessage): Promise<void> {
    const { metrics, settings } = this.#options;
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const outcome = await this.#handler.handUntilHeard(this.#toHanded(message), signal);
      switch (outcome.kind) {
        case 'handled':
          metrics.count('handled');
          message.acknowledge();
          return;
        case 'unheard':
          return;
        default: {
          if (attempt >= settings.maxDeliver) {
            await this.#giveUp(message, outcome, attempt);
            return;
          }
          const waitMs = backOffMs(settings.backOffMs, attempt);
          metrics.count('redelivered');
          this.#logger.warn('a component failed to handle a message; it is delivered again', {
            topic: message.topic,
            attempt,
            of: settings.maxDeliver,
            again_in_ms: waitMs,
            error: describeCause(outcome),
          });
          await delay(waitMs, undefined, { signal }).catch(() => {});
        }
      }
    }
  }

  async #giveUp(message: IncomingMessage, cause: DeadLetterCause, attempt: number): Promise<void> {
    const fields = { topic: message.topic, attempt, error: describeCause(cause) };
    if (this.#deadLetters === undefined) {
      this.#options.metrics.count('given-up');
      this.#logger.error('a message is given up; a dead_letter_subject would keep it', fields);
    } else {
      const { signal } = this.#stopping;
      while (!(await this.#isStored(this.#deadLetters, message, cause, attempt))) {
        await delay(storeAgainMs, undefined, { signal }).catch(() => {});
        if (signal.aborted) return;
      }
      this.#options.metrics.count('dead-letter');
      this.#logger.error('a message is a dead letter', fields);
    }
    message.acknowledge();
  }

  async #isStored(
    deadLetters: DeadLetters,
    message: IncomingMessage,
    cause: DeadLetterCause,
    attempts: number,
  ): Promise<boolean> {
    try {
      await deadLetters.store(message, cause, attempts);
      return true;
    } catch (error) {
      this.#logger.error('a dead letter could not be stored; its message is kept', {
        topic: message.topic,
        error,
      });
      return false;
    }
  }

  #toHanded({ body, properties, topic }: IncomingMessage): HandedMessage {
    const { style } = this.#options.settings;
    const { correlationData: correlation, responseTopic, userProperties } = properties ?? {};
    return {
      subject: subjectOf(topic, style),
      body,
      replyTo:
        responseTopic === undefined
          ? undefined
          : replySubjectOf({ topic: responseTopic, correlation }, style),
      trace: traceOf(userProperties),
    };
  }
}

const retainHandling = { all: 0, new: 1, none: 2 } as const;

function subscriptionsOf({ access, filters, qos, retained }: DeliverySettings): ISubscriptionMap {
  const options = { qos, ...(access.version === '5' && { rh: retainHandling[retained] }) };
  return Object.fromEntries(filters.map((filter) => [filter, options])) as ISubscriptionMap;
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
