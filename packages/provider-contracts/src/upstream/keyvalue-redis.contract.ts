import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer, startRedis } from '@wasmlattice/test-support';
import { keyvalueContract } from '../keyvalue/keyvalue-contract.js';
import type { KeyvalueStoreAccess } from '../keyvalue/keyvalue-setup.js';
import { upstreamProgram } from './upstream-program.js';

const id = 'keyvalue';

keyvalueContract(
  'keyvalue-redis of wasmCloud',
  async () => {
    const program = upstreamProgram('keyvalue-redis');
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const harness = opened.use(
      await ProviderHarness.connect({ url: nats.url, program, id, isForeign: true }),
    );
    // It listens to database 0 alone, so that the other store is another server.
    const storeOf = async (): Promise<KeyvalueStoreAccess> => {
      const redis = opened.use(await startRedis({ config: ['notify-keyspace-events K$gxe'] }));
      return { config: { URL: redis.url }, empty: () => redis.command('FLUSHDB').then(() => {}) };
    };
    const [first, second] = [await storeOf(), await storeOf()];
    const scope = opened.move();
    return {
      harness,
      id,
      first,
      second,
      watchConfig: (watch) => ({ ...first.config, watch }),
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences: ['signed-count', 'no-empty-batches', 'no-counts-watched'] },
);
