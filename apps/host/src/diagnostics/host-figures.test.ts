import { noFigures } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { createLabels } from '../control-plane/labels.js';
import { createHostFigures, type HostFiguresParts } from './host-figures.js';

const parts: HostFiguresParts = {
  facts: {
    hostId: 'NHOST',
    friendlyName: 'quiet-pond-1',
    version: '0.1.0',
    lattice: 'default',
    labels: createLabels({}),
    startedAt: 1_000,
    ctlHost: '',
    rpcHost: '',
  },
  components: {
    figures: async () => [
      {
        ...noFigures,
        id: 'hello',
        imageRef: 'hello.wasm',
        maxInstances: 4,
        invocations: 9,
        running: 1,
        waiting: 0,
        refused: 0,
        residentBytes: 700,
      },
    ],
  },
  providers: {
    atWork: () => [
      { id: 'kv', imageRef: 'kv', state: 'running', crashes: 0, pid: 7 },
      { id: 'blobs', imageRef: 'blobs', state: 'running', crashes: 0, pid: 7 },
      { id: 'http', imageRef: 'builtin', state: 'failed', reason: 'in use', crashes: 0 },
    ],
  },
  places: {
    threads: 2,
    budgets: () => ({
      'resident-memory': { used: 5, ceiling: 10, refused: 1 },
      'suspended-stacks': { used: 0, ceiling: 16_000, refused: 0 },
      'linear-memories': { used: 0, ceiling: Number.POSITIVE_INFINITY, refused: 0 },
      'mapped-areas': { used: 0, ceiling: 50_000, refused: 0 },
    }),
  },
  readUsage: async (pids) =>
    new Map([...pids].map((pid) => [pid, { residentBytes: 100, cpuSeconds: 0.5 }] as const)),
};

describe('figures of a host', () => {
  it('are put together from what is counted anyway and from what the system knows', async () => {
    const figures = await createHostFigures({ ...parts, now: () => 61_000 })();
    expect(figures).toMatchObject({
      hostId: 'NHOST',
      time: 61_000,
      uptimeSeconds: 60,
      process: { servingThreads: 2 },
      components: [{ id: 'hello', invocations: 9, residentBytes: 700 }],
      // Those that share a process count as equal parts of it.
      providers: [
        { id: 'kv', residentBytes: 50, cpuMs: 250 },
        { id: 'blobs', residentBytes: 50, cpuMs: 250 },
        { id: 'http', state: 'failed', reason: 'in use' },
      ],
    });
    expect(figures.process.residentBytes).toBe(5);
    expect(figures.process.budgets).toContainEqual({ name: 'linear-memories', used: 0, refused: 0 });
    expect(figures.process.budgets).toContainEqual({
      name: 'resident-memory',
      used: 5,
      ceiling: 10,
      refused: 1,
    });
  });

  it('are read once for all who ask within a quarter of a second', async () => {
    let now = 0;
    let reads = 0;
    const figures = createHostFigures({
      ...parts,
      now: () => now,
      readUsage: async () => {
        reads++;
        return new Map();
      },
    });
    await Promise.all([figures(), figures()]);
    now = 249;
    await figures();
    expect(reads).toBe(1);
    now = 250;
    await figures();
    expect(reads).toBe(2);
  });

  it('are told without the processes when the system does not show them', async () => {
    const readUsage = async (): Promise<never> => {
      throw new Error('no /proc');
    };
    const { providers } = await createHostFigures({ ...parts, readUsage })();
    expect(providers[0]).toEqual({ id: 'kv', imageRef: 'kv', state: 'running', crashes: 0 });
  });
});
