import { startRedis } from '@wasmlattice/test-support';
import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import type { KeyvalueSetup, KeyvalueStoreAccess } from './keyvalue-setup.js';

/** For providers that keep keys in Redis. Some listen to the database 0 alone, so that the other store is another server. */
export function keyvalueOnRedis(program: ProviderProgram): Promise<KeyvalueSetup> {
  return providerAtHand('keyvalue', program, async ({ scope }) => {
    const storeOf = async (): Promise<KeyvalueStoreAccess> => {
      const redis = scope.use(await startRedis({ config: ['notify-keyspace-events K$gxe'] }));
      return { config: { URL: redis.url }, empty: () => redis.command('FLUSHDB').then(() => {}) };
    };
    const [first, second] = [await storeOf(), await storeOf()];
    return { first, second, watchConfig: (watch) => ({ ...first.config, watch }) };
  });
}
