import type { GroupUsage } from '@wasmlattice/provider-host';
import { noopMeter } from '@wasmlattice/telemetry';
import { expect, it } from 'vitest';
import { createProviderUsage } from './provider-usage.js';

it('measures once somebody reads, and counts the time of each process of a provider', async () => {
  const looks: number[][] = [];
  let usage = new Map<number, GroupUsage>([[7, { residentBytes: 100, cpuSeconds: 2 }]]);
  const counted: unknown[] = [];
  const reads: (() => number)[] = [];
  const providers = createProviderUsage({
    meter: {
      ...noopMeter,
      counter: () => ({ add: (value, attributes) => void counted.push([value, attributes]) }),
      observe(_name, read) {
        reads.push(read);
        return { close() {} };
      },
    },
    everyMs: 5,
    read: async (pids) => {
      looks.push([...pids]);
      return usage;
    },
  });
  let pid = 7;
  const close = providers.watch('kv', () => pid);
  const [memory = () => 0] = reads;
  expect([memory(), looks.length]).toEqual([0, 1]);
  await expect.poll(memory).toBe(100);
  usage = new Map([[8, { residentBytes: 50, cpuSeconds: 0.5 }]]);
  pid = 8;
  await expect.poll(memory).toBe(50);
  const id = { 'provider.id': 'kv' };
  expect(counted).toEqual([
    [2, id],
    [0.5, id],
  ]);
  close();
});
