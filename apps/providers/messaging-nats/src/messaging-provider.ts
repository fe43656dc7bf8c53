import { messagingNatsSchema } from '@wasmlattice/provider-host/config-schema';
import {
  answering,
  NatsPool,
  type Provider,
  type ProviderContext,
  provide,
  reasonOf,
} from '@wasmlattice/provider-sdk';
import { messagingConsumer } from '@wasmlattice/rpc/interfaces';
import { startDelivery } from './delivery.js';
import { createPublisher } from './publisher.js';
import { messagingSettings } from './settings.js';

/** `wasmcloud:messaging` 0.2.0 on NATS: components publish, ask, and handle messages. */
export function createMessagingProvider(context: ProviderContext): Provider {
  const { invoker, links, logger, nats } = context;
  const pool = new NatsPool(context.connectNats);

  const publishers = links({
    package: 'wasmcloud:messaging',
    settings: messagingNatsSchema,
    async open({ settings }, scope) {
      const { access, inboxPrefix } = messagingSettings(settings, nats);
      const { value: connection } = scope.use(await pool.acquire(access));
      return createPublisher(connection, inboxPrefix);
    },
  });

  links({
    side: 'source',
    package: 'wasmcloud:messaging',
    settings: messagingNatsSchema,
    async open({ settings, target: component, linkName }, scope) {
      const { access, subscriptions } = messagingSettings(settings, nats);
      if (subscriptions.length === 0) {
        logger.warn('a link subscribes to nothing: put subscriptions into its source config', { component });
      }
      const { value: connection } = scope.use(await pool.acquire(access));
      const delivery = await startDelivery({
        connection,
        subscriptions,
        component,
        linkName,
        invoker,
        logger,
      });
      logger.info('subscribed for a component', {
        component,
        link: linkName,
        subjects: subscriptions.map(({ subject }) => subject),
      });
      return delivery;
    },
    close: (delivery) => delivery.close(),
  });

  const answer = answering({ links: publishers, error: reasonOf, logger, level: 'debug' });

  return {
    exports: [
      provide(messagingConsumer, {
        publish: (message, call) => answer(call, (publisher) => publisher.publish(message, call.headers)),
        request: (subject, body, timeoutMs, call) =>
          answer(call, (publisher) => publisher.request(subject, body, timeoutMs, call.headers)),
      }),
    ],
    health: () => pool.health(),
    close: () => pool.close(),
  };
}
