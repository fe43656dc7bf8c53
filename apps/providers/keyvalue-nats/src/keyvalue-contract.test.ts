import { fileURLToPath } from 'node:url';
import { type KeyvalueStoreAccess, keyvalueContract } from '@wasmlattice/provider-contracts';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer } from '@wasmlattice/test-support';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'keyvalue';

keyvalueContract('keyvalue-nats', async () => {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
  const manager = await harness.connection.jetstreamManager();
  const bucketOf = async (bucket: string): Promise<KeyvalueStoreAccess> => {
    await harness.connection.jetstream().views.kv(bucket);
    return {
      config: { bucket },
      empty: async () => void (await manager.streams.purge(`KV_${bucket}`)),
    };
  };
  const [first, second] = [await bucketOf('first'), await bucketOf('second')];
  const scope = opened.move();
  return {
    harness,
    id,
    first,
    second,
    watchConfig: (watch) => ({ ...first.config, watch }),
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
});
