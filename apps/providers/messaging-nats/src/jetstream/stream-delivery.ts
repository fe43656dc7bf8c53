import { setTimeout as delay } from 'node:timers/promises';
import { ComponentHandler, WorkInFlight } from '@wasmlattice/messaging';
import type { Invoker } from '@wasmlattice/rpc';
import { ConnectionMonitor } from '@wasmlattice/rpc/nats';
import { describeError, type Logger, type Meter } from '@wasmlattice/telemetry';
import type { JsMsg, NatsConnection } from 'nats';
import type { Delivery } from '../delivery.js';
import type { ConsumerSettings } from './consumer-settings.js';
import { createDeadLetters } from './dead-letters.js';
import { type OpenConsumer, openConsumer } from './open-consumer.js';
import { pullMessages } from './pulls.js';
import { handleStreamMessage } from './stream-messages.js';
import { createStreamMetrics } from './stream-metrics.js';

export interface StreamDeliveryOptions {
  readonly connection: NatsConnection;
  readonly settings: ConsumerSettings;
  /** JetStream domain, where it is not that of the connection. */
  readonly jsDomain: string | undefined;
  readonly component: string;
  readonly linkName: string;
  readonly invoker: Invoker;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** Between two attempts to find a consumer that was there before. */
const openAgainMs = 2_000;

/**
 * Hands the messages of a durable consumer to a component, and resolves once they are asked for. A consumer that goes away is looked for
 * until it is back.
 *
 * @throws ConsumerError
 */
export async function startStreamDelivery(options: StreamDeliveryOptions): Promise<Delivery> {
  const delivery = new StreamDelivery(options);
  await delivery.start();
  return delivery;
}

class StreamDelivery implements Delivery {
  readonly #options: StreamDeliveryOptions;
  readonly #logger: Logger;
  readonly #handler: ComponentHandler;
  readonly #monitor: ConnectionMonitor;
  readonly #stopping = new AbortController();
  readonly #inFlight = new WorkInFlight();
  #problem: string | undefined;

  constructor(options: StreamDeliveryOptions) {
    const { component, invoker, linkName, settings } = options;
    this.#options = options;
    this.#monitor = new ConnectionMonitor(options.connection);
    this.#logger = options.logger.with({
      component,
      link: linkName,
      stream: settings.stream,
      consumer: settings.consumer,
    });
    this.#handler = new ComponentHandler({
      invoker,
      component,
      linkName,
      timeoutMs: settings.handlerTimeoutMs,
      logger: this.#logger,
    });
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async start(): Promise<void> {
    try {
      const opened = await this.#open();
      this.#inFlight.add(this.#run(opened));
    } catch (error) {
      this.#monitor.close();
      throw error;
    }
  }

  close(): void {
    this.#stopping.abort();
  }

  async settled(): Promise<void> {
    await this.#inFlight.settled();
    this.#monitor.close();
  }

  #open(): Promise<OpenConsumer> {
    const { connection, jsDomain, settings } = this.#options;
    return openConsumer(connection, settings, jsDomain);
  }

  /** Until it is closed. */
  async #run(first: OpenConsumer): Promise<void> {
    const { signal } = this.#stopping;
    let opened: OpenConsumer | undefined = first;
    while (!signal.aborted) {
      try {
        opened ??= await this.#open();
        if (this.#problem !== undefined) this.#logger.info('the consumer is there again');
        this.#problem = undefined;
        await pullMessages(opened.consumer, this.#options.settings, this.#handle(opened), signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#problem === undefined)
          this.#logger.error('no messages can be had of a consumer', { error });
        this.#problem = describeError(error);
        opened = undefined;
        await delay(openAgainMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  #handle({ ackWaitMs, maxDeliver }: OpenConsumer): (message: JsMsg) => Promise<void> {
    const { component, connection, jsDomain, meter, settings } = this.#options;
    const { deadLetterSubject } = settings;
    const options = {
      handler: this.#handler,
      ackWaitMs,
      maxDeliver,
      backOffMs: settings.backOffMs,
      deadLetters:
        deadLetterSubject === undefined
          ? undefined
          : createDeadLetters(
              connection.jetstream(jsDomain === undefined ? {} : { domain: jsDomain }),
              deadLetterSubject,
              component,
            ),
      metrics: createStreamMetrics(meter, { ...settings, component }),
      logger: this.#logger,
      monitor: this.#monitor,
      signal: this.#stopping.signal,
    };
    return (message) => {
      const handled = handleStreamMessage(message, options);
      this.#inFlight.add(handled);
      return handled;
    };
  }
}
