import { fileURLToPath } from 'node:url';
import { keyvalueContract, providerAtHand } from '@wasmlattice/provider-contracts';
import { startRedis, startRedisCluster } from '@wasmlattice/test-support';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const notifying = { config: ['notify-keyspace-events K$gxe'] };

/** Nothing of the contract is kept but counters of 64 bits with a sign: INCRBY has no others. */
const differences = ['signed-count'] as const;

keyvalueContract(
  'keyvalue-redis',
  () =>
    providerAtHand('keyvalue', { program }, async ({ scope }) => {
      const redis = scope.use(await startRedis(notifying));
      const empty = async (): Promise<void> => void (await redis.command('FLUSHALL'));
      const first = { URL: `${redis.url}/0` };
      return {
        first: { config: first, empty },
        second: { config: { URL: `${redis.url}/1`, SHARE_CONNECTIONS_BY_URL: 'true' }, empty },
        watchConfig: (watch) => ({ ...first, watch }),
      };
    }),
  { differences },
);

keyvalueContract(
  'keyvalue-redis on a cluster',
  () =>
    providerAtHand('keyvalue', { program }, async ({ scope }) => {
      const cluster = scope.use(await startRedisCluster(notifying));
      const other = scope.use(await startRedis());
      const empty = async (): Promise<void> => {
        await Promise.all([...cluster.nodes, other].map((server) => server.command('FLUSHDB')));
      };
      const first = { URL: cluster.nodes.map(({ url }) => url).join(',') };
      return {
        first: { config: first, empty },
        second: { config: { URL: other.url }, empty },
        watchConfig: (watch) => ({ ...first, watch }),
      };
    }),
  { differences },
);
