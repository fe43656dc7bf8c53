import { keyvalueRedisSchema, readSettings } from '@wasmlattice/provider-host/config-schema';
import { RecordingLogger } from '@wasmlattice/test-support';
import { Connections } from '../connections.js';
import type { RedisConnection } from '../redis-connection.js';
import { createRedisStore, type RedisStore } from '../redis-store.js';
import { storeSettings } from '../settings.js';

/** A store as a link with this config has it, gone with its scope. */
export interface TestStore extends AsyncDisposable {
  readonly store: RedisStore;
  readonly connection: RedisConnection;
  readonly connections: Connections;
  readonly logger: RecordingLogger;
}

export async function openStore(config: Readonly<Record<string, string>>): Promise<TestStore> {
  const link = { config, secrets: {} };
  const settings = readSettings(keyvalueRedisSchema, {
    side: 'target',
    link,
    provider: { config: {}, secrets: {} },
  });
  const store = storeSettings({ ...link, settings }, 'target');
  const logger = new RecordingLogger();
  const connections = new Connections(logger);
  await using scope = new AsyncDisposableStack();
  const connection = await connections.open(store, scope);
  const opened = scope.move();
  return {
    store: createRedisStore(connection, store.responseTimeoutMs),
    connection,
    connections,
    logger,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
