import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import type { KeyvalueSetup, KeyvalueStoreAccess } from './keyvalue-setup.js';

/** For providers that keep keys in buckets of JetStream. */
export function keyvalueOnNats(program: ProviderProgram): Promise<KeyvalueSetup> {
  return providerAtHand('keyvalue', program, async ({ harness, nats }) => {
    const { streams } = await harness.connection.jetstreamManager();
    const bucketOf = async (bucket: string): Promise<KeyvalueStoreAccess> => {
      await harness.connection.jetstream().views.kv(bucket);
      return {
        config: { bucket, cluster_uri: nats.url },
        empty: async () => void (await streams.purge(`KV_${bucket}`)),
      };
    };
    const [first, second] = [await bucketOf('first'), await bucketOf('second')];
    return { first, second, watchConfig: (watch) => ({ ...first.config, watch }) };
  });
}
