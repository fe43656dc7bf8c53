import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startRedis } from '@wasmlattice/test-support';
import { Redis } from 'ioredis';
import { startPlainResponder } from '../baselines/plain-responder.js';
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
    await using plain = await startPlainResponder(lattice.natsUrl, valueBytes);
    await using opened = new AsyncDisposableStack();
    const client = opened.adopt(new Redis(redis.port, redis.host), (each) => each.disconnect());
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
    opened.defer(() => invoker.close());
    const provider = `file://${artifacts.redisProvider}`;
    const store = await startStore(lattice, invoker, provider, { URL: redis.url }, valueBytes);
    const measured = await medianOfRounds(
      3,
      () => loadCalls(() => store.get(), load),
      () =>
        loadCalls(async () => {
          const value = await client.getBuffer('key');
          if (value?.length !== valueBytes) throw new Error('a get did not bring the value');
        }, load),
    );
    const request = new Uint8Array(valueBytes);
    const raw = await loadCalls(
      () => lattice.connection.request(plain.subject, request, { timeout: 10_000 }),
      load,
    );
    // No call over NATS is faster than this one.
    return {
      ...measured,
      note: `raw NATS request/reply: ${Math.round(raw)} calls/s, ${(raw / measured.baseline).toFixed(2)} of ioredis`,
    };
  },
};
