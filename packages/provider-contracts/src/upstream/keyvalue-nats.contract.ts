import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer } from '@wasmlattice/test-support';
import { keyvalueContract } from '../keyvalue/keyvalue-contract.js';
import type { KeyvalueStoreAccess } from '../keyvalue/keyvalue-setup.js';
import { upstreamProgram } from './upstream-program.js';

const id = 'keyvalue';

keyvalueContract(
  'keyvalue-nats of wasmCloud',
  async () => {
    const program = upstreamProgram('keyvalue-nats');
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const harness = opened.use(
      await ProviderHarness.connect({ url: nats.url, program, id, isForeign: true }),
    );
    const manager = await harness.connection.jetstreamManager();
    const bucketOf = async (bucket: string): Promise<KeyvalueStoreAccess> => {
      await harness.connection.jetstream().views.kv(bucket);
      return {
        config: { bucket, cluster_uri: nats.url },
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
  },
  {
    differences: [
      'plain-keys-only',
      'few-attempts',
      'broken-count',
      'wrapping-count',
      'no-counts-watched',
      'no-watcher',
    ],
  },
);
