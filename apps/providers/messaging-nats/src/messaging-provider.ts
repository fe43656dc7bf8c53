import { consumerExport } from '@wasmlattice/messaging';
import { messagingNatsSchema } from '@wasmlattice/provider-host/config-schema';
import { NatsPool, type Provider, type ProviderContext, type Shared } from '@wasmlattice/provider-sdk';
import { ConnectionMonitor } from '@wasmlattice/rpc/nats';
import type { NatsConnection } from 'nats';
import type { Delivery } from './delivery.js';
import { startLinkDelivery } from './link-delivery.js';
import { createPublisher } from './publisher.js';
import { messagingSettings } from './settings.js';

/** Messages for one component, with the connection that they arrive on. */
interface OpenDelivery {
  readonly delivery: Delivery;
  readonly connection: Shared<NatsConnection>;
}

/** `wasmcloud:messaging` 0.2.0 on NATS: components publish, ask, and handle messages. */
export function createMessagingProvider(context: ProviderContext): Provider {
  const { invoker, links, logger, meter, nats } = context;
  const pool = new NatsPool(context.connectNats);
  const deliveries = new Set<Delivery>();

  const publishers = links({
    package: 'wasmcloud:messaging',
    settings: messagingNatsSchema,
    async open({ settings }, scope) {
      const { access, ...how } = messagingSettings(settings, nats);
      const { value: connection } = scope.use(await pool.acquire(access));
      const monitor = new ConnectionMonitor(connection);
      scope.defer(() => monitor.close());
      return createPublisher(connection, { ...how, monitor });
    },
  });

  links({
    side: 'source',
    package: 'wasmcloud:messaging',
    settings: messagingNatsSchema,
    async open({ settings, target: component, linkName }): Promise<OpenDelivery> {
      const { access, consumers, jsDomain, subscriptions } = messagingSettings(settings, nats);
      if (subscriptions.length + consumers.length === 0) {
        logger.warn('a link subscribes to nothing: put subscriptions or consumers into its source config', {
          component,
        });
      }
      const connection = await pool.acquire(access);
      try {
        const delivery = await startLinkDelivery({
          connection: connection.value,
          subscriptions,
          consumers,
          jsDomain,
          component,
          linkName,
          invoker,
          meter,
          logger,
        });
        deliveries.add(delivery);
        logger.info('subscribed for a component', {
          component,
          link: linkName,
          subjects: subscriptions.map(({ subject }) => subject),
          consumers: consumers.map(({ consumer, stream }) => `${stream}/${consumer}`),
        });
        return { delivery, connection };
      } catch (error) {
        await connection.release();
        throw error;
      }
    },
    async close({ connection, delivery }, end) {
      delivery.close();
      deliveries.delete(delivery);
      // What a component still handles is acknowledged on that connection. Another link need not wait for it, the end of the provider does.
      const ended = delivery.settled().then(() => connection.release());
      if (end === 'shutdown') await ended;
      else ended.catch((error: unknown) => logger.error('a connection could not be closed', { error }));
    },
  });

  return {
    exports: [consumerExport(publishers, logger)],
    health() {
      const problem = [...deliveries].map((delivery) => delivery.problem).find((each) => each !== undefined);
      return problem === undefined ? pool.health() : { healthy: false, message: problem };
    },
    close: () => pool.close(),
  };
}
