import { expect, it } from 'vitest';
import { stopWorkloads } from './stop-workloads.js';

it('stops what serves before what it needs, each once the one before has ended', async () => {
  const order: string[] = [];
  const step = (name: string) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
  };
  await stopWorkloads(
    {
      threads: { close: step('threads') },
      providers: { stopAll: step('providers') },
      components: { stopAll: step('components') },
      http: { close: step('http') },
    },
    1_000,
  );
  expect(order).toEqual(
    ['http', 'components', 'providers', 'threads'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

it('leaves components time for their calls, however long HTTP requests take', async () => {
  const given: number[] = [];
  await stopWorkloads(
    {
      http: { close: async (withinMs) => void given.push(withinMs) },
      components: { stopAll: async (withinMs) => void given.push(withinMs) },
      providers: { stopAll: async () => {} },
      threads: { close: async () => {} },
    },
    1_000_000,
  );
  const [http = 0, components = 0] = given;
  expect(http).toBeLessThan(1_000_000);
  expect(components).toBeGreaterThan(0);
  expect(components).toBeLessThanOrEqual(1_000_000);
});
