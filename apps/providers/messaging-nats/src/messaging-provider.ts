import { isDeepStrictEqual } from 'node:util';
import {
  type ConfigLayer,
  connectNats,
  createConnectionPool,
  messagingNatsSchema,
  type NatsAccess,
  type PooledConnection,
  type Provider,
  type ProviderCall,
  type ProviderContext,
  type ProviderLink,
  provide,
} from '@wasmlattice/provider-sdk';
import { err, ok } from '@wasmlattice/rpc';
import { messagingConsumer } from '@wasmlattice/rpc/interfaces';
import { describeError } from '@wasmlattice/telemetry';
import { type Delivery, startDelivery } from './delivery.js';
import { createPublisher, MessagingFailure, type Publisher } from './publisher.js';
import { type MessagingSettings, readMessagingSettings } from './settings.js';

/** Name of the provider's NATS connections and log records. */
export const providerName = 'messaging-nats';

/** A link of one component, with its share of a connection. */
interface OpenLink<T> {
  /** What it was opened with. */
  readonly settings: MessagingSettings;
  readonly pooled: PooledConnection;
  readonly use: T;
}

/** `wasmcloud:messaging` 0.2.0 on NATS: components publish, ask, and handle messages. */
export function createMessagingProvider(): Provider {
  const publishers = new Map<string, OpenLink<Publisher>>();
  const deliveries = new Map<string, OpenLink<Delivery>>();
  let context: ProviderContext | undefined;
  let provider: ConfigLayer = { config: {}, secrets: {} };
  const pool = createConnectionPool((access) => connect(access));

  const started = (): ProviderContext => {
    if (context === undefined) throw new Error('the provider is used before init');
    return context;
  };
  const connect = (access: NatsAccess): ReturnType<typeof connectNats> =>
    connectNats(access, providerName, started().logger.named('nats'));

  const open = async <T>(
    settings: MessagingSettings,
    make: (pooled: PooledConnection) => Promise<T> | T,
  ): Promise<OpenLink<T>> => {
    const pooled = await pool.acquire(settings.access);
    try {
      return { settings, pooled, use: await make(pooled) };
    } catch (error) {
      await pooled.release();
      throw error;
    }
  };

  const closePublisher = async (key: string): Promise<void> => {
    const link = publishers.get(key);
    publishers.delete(key);
    await link?.pooled.release();
  };
  const closeDelivery = async (key: string): Promise<void> => {
    const link = deliveries.get(key);
    deliveries.delete(key);
    link?.use.close();
    await link?.pooled.release();
  };

  /** Runs one operation of a guest; what goes wrong is an answer for it, never a broken call. */
  const answer = async <R>(
    call: ProviderCall,
    operation: (publisher: Publisher) => Promise<R> | R,
  ): Promise<R | { readonly tag: 'err'; readonly val: string }> => {
    const { sourceId, linkName } = call;
    try {
      const link = publishers.get(keyOf(sourceId, linkName));
      if (link !== undefined) return await operation(link.use);
      throw new MessagingFailure(
        `component ${sourceId} has no link named ${linkName} to this provider; put one for wasmcloud:messaging`,
      );
    } catch (error) {
      const text = error instanceof MessagingFailure ? error.message : describeError(error);
      started().logger.debug(text, { source: sourceId, link: linkName });
      return err(text);
    }
  };

  return {
    configSchema: messagingNatsSchema,
    exports: [
      provide(messagingConsumer, {
        publish: (message, call) =>
          answer(call, (publisher) => {
            publisher.publish(message, call.headers);
            return ok();
          }),
        request: (subject, body, timeoutMs, call) =>
          answer(call, async (publisher) =>
            ok(await publisher.request(subject, body, timeoutMs, call.headers)),
          ),
      }),
    ],

    init(given) {
      context = given;
      provider = given;
    },

    async putLinkAsTarget(link: ProviderLink) {
      const settings = readMessagingSettings(link, provider, started().nats);
      const key = keyOf(link.sourceId, link.linkName);
      if (isDeepStrictEqual(publishers.get(key)?.settings, settings)) return;
      await closePublisher(key);
      publishers.set(
        key,
        await open(settings, ({ connection }) => createPublisher(connection, settings.inboxPrefix)),
      );
    },

    async putLinkAsSource(link: ProviderLink) {
      const { invoker, logger, nats } = started();
      const settings = readMessagingSettings(link, provider, nats);
      const key = keyOf(link.target, link.linkName);
      // Another config of the provider may mean the same for this link, which would miss messages meanwhile.
      if (isDeepStrictEqual(deliveries.get(key)?.settings, settings)) return;
      await closeDelivery(key);
      const { subscriptions } = settings;
      if (subscriptions.length === 0) {
        logger.warn('a link subscribes to nothing: put subscriptions into its source config', {
          component: link.target,
        });
      }
      deliveries.set(
        key,
        await open(settings, ({ connection }) =>
          startDelivery({
            connection,
            subscriptions,
            component: link.target,
            linkName: link.linkName,
            invoker,
            logger,
          }),
        ),
      );
      logger.info('subscribed for a component', {
        component: link.target,
        link: link.linkName,
        subjects: subscriptions.map(({ subject }) => subject),
      });
    },

    deleteLinkAsTarget: ({ sourceId, linkName }) => closePublisher(keyOf(sourceId, linkName)),
    deleteLinkAsSource: ({ target, linkName }) => closeDelivery(keyOf(target, linkName)),

    linksUseConfig: true,
    updateConfig(config) {
      provider = { ...provider, config };
    },
    updateSecrets(secrets) {
      provider = { ...provider, secrets };
    },

    health: () => pool.health(),

    async shutdown() {
      for (const { use } of deliveries.values()) use.close();
      deliveries.clear();
      publishers.clear();
      // What was published is on its way before the connections close.
      await Promise.allSettled((await pool.connections()).map((connection) => connection.flush()));
      await pool.close();
    },
  };
}

function keyOf(component: string, linkName: string): string {
  return `${component} ${linkName}`;
}
