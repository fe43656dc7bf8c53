import { randomUUID } from 'node:crypto';
import { consumerExport } from '@wasmlattice/messaging';
import { messagingMqttSchema } from '@wasmlattice/provider-host/config-schema';
import { type Provider, type ProviderContext, SharedPool } from '@wasmlattice/provider-sdk';
import type { Delivery } from './delivery.js';
import { createDeliveryMetrics } from './delivery-metrics.js';
import { BrokerPublisher } from './publisher.js';
import type { PublisherConnection, PublisherConnectionKey } from './publisher-connection.js';
import { deliverySettingsOf, publisherLinkOf } from './settings.js';

/** How long a session waits for its component before another link may have it; the rest is delivered again. */
const handOverMs = 1_000;

/**
 * `wasmcloud:messaging` 0.2.0 on MQTT: components publish, ask, and handle messages. The client of MQTT, 5 MB of memory, is loaded with the first
 * link.
 */
export function createMessagingProvider(context: ProviderContext): Provider {
  const { hostId, invoker, links, logger, meter } = context;
  const deliveries = new Set<Delivery>();
  const pool = new SharedPool<PublisherConnectionKey, PublisherConnection>({
    async open(key) {
      const { openPublisherConnection } = await import('./publisher-connection.js');
      return await openPublisherConnection(key, logger);
    },
    close: ({ connection }) => connection.end(),
  });

  const publishers = links({
    package: 'wasmcloud:messaging',
    settings: messagingMqttSchema,
    async open({ settings }, scope) {
      const { publish, ...key } = await publisherLinkOf(settings);
      const { connection, inbox } = scope.use(await pool.acquire(key)).value;
      return new BrokerPublisher(connection, inbox, publish);
    },
  });

  links({
    side: 'source',
    package: 'wasmcloud:messaging',
    settings: messagingMqttSchema,
    async open({ settings: given, target: component, linkName }) {
      const settings = await deliverySettingsOf(given, hostId, `wasmlattice-${randomUUID()}`);
      if (settings.filters.length === 0) {
        logger.warn('a link subscribes to nothing: put subscriptions into its source config', { component });
      }
      const { Delivery } = await import('./delivery.js');
      const delivery = await Delivery.start({
        settings,
        component,
        linkName,
        invoker,
        metrics: createDeliveryMetrics(meter, component),
        logger,
      });
      deliveries.add(delivery);
      logger.info('subscribed for a component', { component, link: linkName, topics: settings.filters });
      return delivery;
    },
    async close(delivery, end) {
      deliveries.delete(delivery);
      // A component that handles a message still acknowledges it. Another link need not wait for that, unless it may go on with the session.
      const deadline = delivery.isSessionKept ? AbortSignal.timeout(handOverMs) : undefined;
      const stopped = delivery.stop(deadline);
      if (end === 'shutdown' || delivery.isSessionKept) await stopped;
      else stopped.catch((error: unknown) => logger.error('a connection could not be closed', { error }));
    },
  });

  return {
    exports: [consumerExport(publishers, logger)],
    async health() {
      const shared = (await pool.values()).map(({ connection }) => connection.isConnected);
      const own = [...deliveries].map((delivery) => delivery.isConnected);
      return [...shared, ...own].every((isConnected) => isConnected)
        ? { healthy: true }
        : { healthy: false, message: 'there is no connection to the broker of a link' };
    },
    close: () => pool.close(),
  };
}
