import { setInterval } from 'node:timers';
import { createCluster } from '@redis/client';
import type { Logger } from '@wasmlattice/telemetry';
import { logConnection } from './connection-log.js';
import { clientOptions } from './connection-options.js';
import { hashSlot } from './hash-slot.js';
import type { RedisConnection, RedisReply, RedisServer } from './redis-connection.js';
import type { ConnectionSettings } from './settings.js';

/** How often it is looked whether a subscription is missing at a server that came to the cluster. */
const topologyCheckMs = 5_000;

/**
 * Connects to a cluster: its other servers are those that the ones of the address know.
 *
 * @throws when no server can be reached, or none lets the user in
 */
export async function connectCluster(settings: ConnectionSettings, logger: Logger): Promise<RedisConnection> {
  const { address } = settings;
  let wasConnected = false;
  const options = await clientOptions(settings, () => wasConnected);
  const cluster = createCluster({
    RESP: 2,
    rootNodes: address.nodes.map((node) => ({
      socket: node.path === undefined ? { host: node.host, port: node.port } : {},
    })),
    defaults: options,
    commandOptions: options.commandOptions,
  });
  cluster.on('error', (error: unknown) => logger.debug('a server of a cluster fails', { error }));
  await cluster.connect();
  wasConnected = true;

  /** Masters by their first slots: where one takes over from another, the order stays. */
  const masters = (): (typeof cluster.masters)[number][] => [
    ...new Set(cluster.slots.flatMap((shard) => (shard === undefined ? [] : [shard.master]))),
  ];
  const serverAt = (index: number): RedisServer => ({
    async send(command) {
      const master = masters()[index];
      if (master === undefined) throw new Error('the cluster has fewer servers than before');
      return await (await cluster.nodeClient(master)).sendCommand<RedisReply>(command);
    },
  });

  return {
    send: (key, command) => cluster.sendCommand<RedisReply>(key, false, [...command], options.commandOptions),
    groups(keys) {
      const bySlot = Map.groupBy(keys, hashSlot);
      return [...bySlot.values()];
    },
    servers: async () => masters().map((_, index) => serverAt(index)),
    async subscribe(channels, onMessage) {
      const subscribers = new Map<string, { destroy(): void }>();
      const follow = async (): Promise<void> => {
        const present = new Map(masters().map((master) => [master.address, master]));
        for (const [server, subscriber] of subscribers) {
          if (present.has(server)) continue;
          subscribers.delete(server);
          subscriber.destroy();
        }
        for (const [server, master] of present) {
          if (subscribers.has(server)) continue;
          const subscriber = (await cluster.nodeClient(master)).duplicate();
          logConnection(subscriber, logger, server);
          subscribers.set(server, subscriber);
          await subscriber.connect();
          await subscriber.subscribe([...channels], onMessage);
        }
      };
      await follow();
      const timer = setInterval(() => {
        follow().catch((error: unknown) =>
          logger.warn('changes in a cluster can not be followed', { error }),
        );
      }, topologyCheckMs);
      return {
        async [Symbol.asyncDispose]() {
          clearInterval(timer);
          for (const subscriber of subscribers.values()) subscriber.destroy();
        },
      };
    },
    isReady: () => cluster.masters.every(({ client }) => client === undefined || client.isReady),
    close: async () => cluster.destroy(),
  };
}
