import type { Invoker } from '@wasmlattice/rpc';
import type { Logger, Meter } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { type Delivery, startDelivery } from './delivery.js';
import type { ConsumerSettings } from './jetstream/consumer-settings.js';
import { startStreamDelivery } from './jetstream/stream-delivery.js';
import type { Subscription } from './settings.js';

/** Everything that a link brings to its component: messages of subscriptions, and of consumers. */
export async function startLinkDelivery(options: {
  readonly connection: NatsConnection;
  readonly subscriptions: readonly Subscription[];
  readonly consumers: readonly ConsumerSettings[];
  /** JetStream domain, where it is not that of the connection. */
  readonly jsDomain: string | undefined;
  readonly component: string;
  readonly linkName: string;
  readonly invoker: Invoker;
  readonly meter: Meter;
  readonly logger: Logger;
}): Promise<Delivery> {
  const { consumers, subscriptions, ...common } = options;
  const started: Delivery[] = [];
  try {
    // Consumers first: they are what may not be there.
    for (const settings of consumers) started.push(await startStreamDelivery({ ...common, settings }));
    if (subscriptions.length > 0) started.push(await startDelivery({ ...common, subscriptions }));
  } catch (error) {
    for (const delivery of started) delivery.close();
    throw error;
  }
  return {
    close() {
      for (const delivery of started) delivery.close();
    },
    async settled() {
      await Promise.all(started.map((delivery) => delivery.settled()));
    },
    get problem() {
      return started.map(({ problem }) => problem).find((problem) => problem !== undefined);
    },
  };
}
