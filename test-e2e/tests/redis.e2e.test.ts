import { freePort, startRedis } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { putLink, serveHttp, startComponent, startProvider } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

it('a component counts in Redis through the provider, and is told of what others write', async () => {
  await using redis = await startRedis({ config: ['notify-keyspace-events K$g'] });
  await using scenario = await startScenario();
  const { host, lattice } = scenario;
  const targetConfig = { URL: redis.url };
  await startProvider(lattice, host, 'redis', paths.redisProvider);
  const link = { target: 'redis', interface: 'wasi:keyvalue/atomics', targetConfig };
  await putLink(lattice, { ...link, source: 'counter' });
  await putLink(lattice, { ...link, source: 'watcher', interface: 'wasi:keyvalue/store' });
  await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, maxInstances: 4 });
  await startComponent(lattice, host, { id: 'watcher', wasm: paths.watcher });
  const url = await serveHttp(lattice, host, 'counter', await freePort());

  const counts = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const response = await fetch(`${url}/page`);
      return ((await response.json()) as { count: number }).count;
    }),
  );
  expect(counts.toSorted((a, b) => a - b)).toEqual(counts.map((_, index) => index + 1));
  expect(await redis.command('GET /page')).toBe('$2\r\n20\r\n');

  await putLink(lattice, {
    source: 'redis',
    target: 'watcher',
    interface: 'wasi:keyvalue/watcher',
    sourceConfig: { ...targetConfig, watch: 'SET@price,DEL@price' },
  });
  await redis.command('SET price 100');
  await host.child.waitForLine(/copied price/);
  expect(await redis.command('GET copy-of-price')).toBe('$3\r\n100\r\n');
  await redis.command('DEL price');
  await host.child.waitForLine(/forgot price/);
  expect(await redis.command('EXISTS copy-of-price')).toBe(':0\r\n');
});
