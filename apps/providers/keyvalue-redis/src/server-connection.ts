import { createClient } from '@redis/client';
import type { Logger } from '@wasmlattice/telemetry';
import { logConnection } from './connection-log.js';
import { clientOptions } from './connection-options.js';
import type { CommandPart, RedisConnection, RedisReply } from './redis-connection.js';
import { describeNodes, type RedisNode } from './redis-url.js';
import type { ConnectionSettings } from './settings.js';

/**
 * Connects to one server.
 *
 * @throws when the server can't be reached or does not let the user in
 */
export async function connectServer(settings: ConnectionSettings, logger: Logger): Promise<RedisConnection> {
  const { address } = settings;
  const [node] = address.nodes as [RedisNode];
  const server = describeNodes(address);
  let wasConnected = false;
  const { socket, ...options } = await clientOptions(settings, () => wasConnected);
  const client = createClient({
    ...options,
    database: address.database,
    socket:
      node.path === undefined
        ? { ...socket, host: node.host, port: node.port }
        : { ...socket, path: node.path, tls: false },
  });
  logConnection(client, logger, server);
  await client.connect();
  wasConnected = true;

  const send = (command: readonly CommandPart[]): Promise<RedisReply> =>
    client.sendCommand<RedisReply>(command);
  return {
    send: (_key, command) => send(command),
    groups: (keys) => (keys.length === 0 ? [] : [keys]),
    servers: async () => [{ send }],
    async subscribe(channels, onMessage) {
      const subscriber = client.duplicate();
      logConnection(subscriber, logger, server);
      await subscriber.connect();
      await subscriber.subscribe([...channels], onMessage);
      return { [Symbol.asyncDispose]: async () => subscriber.destroy() };
    },
    isReady: () => client.isReady,
    close: async () => client.destroy(),
  };
}
