import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startRedis } from '@wasmlattice/test-support';
import { Redis } from 'ioredis';
import { artifacts, startLattice } from '../lattice.js';
import { loadCalls } from '../load/call-load.js';
import { startStore } from '../load/store-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const valueBytes = 64;
const load = { inFlight: 64, warmUpMs: 500, durationMs: 2_000 };

export const providerRedisGet: Measurement = {
  name: 'provider-redis-get',
  unit: 'calls/s',
  better: 'higher',
  target: 0.5,
  title: `wRPC keyvalue get, ${valueBytes} bytes, ${load.inFlight} in flight: client, provider, Redis`,
  baseline: `getBuffer of ioredis to the same Redis, ${load.inFlight} in flight`,
  async measure() {
    await using redis = await startRedis();
    await using lattice = await startLattice();
    await using opened = new AsyncDisposableStack();
    const client = opened.adopt(new Redis(redis.port, redis.host), (each) => each.disconnect());
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
    opened.defer(() => invoker.close());
    const provider = `file://${artifacts.redisProvider}`;
    const store = await startStore(lattice, invoker, provider, { URL: redis.url }, valueBytes);
    return await medianOfRounds(
      3,
      () => loadCalls(() => store.get(), load),
      () =>
        loadCalls(async () => {
          const value = await client.getBuffer('key');
          if (value?.length !== valueBytes) throw new Error('a get did not bring the value');
        }, load),
    );
  },
};
