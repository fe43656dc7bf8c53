import { fileURLToPath } from 'node:url';
import { keyvalueContract } from '@wasmlattice/provider-contracts';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer, startRedis, startRedisCluster } from '@wasmlattice/test-support';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'keyvalue';
const notifying = { config: ['notify-keyspace-events K$gxe'] };

/** Nothing of the contract is kept but counters of 64 bits with a sign: INCRBY has no others. */
const differences = ['signed-count'] as const;

keyvalueContract(
  'keyvalue-redis',
  async () => {
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const redis = opened.use(await startRedis(notifying));
    const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
    const scope = opened.move();
    const empty = async (): Promise<void> => void (await redis.command('FLUSHALL'));
    const first = { URL: `${redis.url}/0` };
    return {
      harness,
      id,
      first: { config: first, empty },
      second: { config: { URL: `${redis.url}/1`, SHARE_CONNECTIONS_BY_URL: 'true' }, empty },
      watchConfig: (watch) => ({ ...first, watch }),
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences },
);

keyvalueContract(
  'keyvalue-redis on a cluster',
  async () => {
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const cluster = opened.use(await startRedisCluster(notifying));
    const other = opened.use(await startRedis());
    const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
    const scope = opened.move();
    const empty = async (): Promise<void> => {
      await Promise.all([...cluster.nodes, other].map((server) => server.command('FLUSHDB')));
    };
    const first = { URL: cluster.nodes.map(({ url }) => url).join(',') };
    return {
      harness,
      id,
      first: { config: first, empty },
      second: { config: { URL: other.url }, empty },
      watchConfig: (watch) => ({ ...first, watch }),
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences },
);
