import { freePort } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { engineArgs, engines } from '../src/engine-args.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

const mib = 2 ** 20;

describe.each(engines)('a host with --engine %s', (engine) => {
  it('gives a guest the memory of its limit and ends only the request that wants more', async () => {
    await using scenario = await startScenario({
      args: [...engineArgs(engine), '--max-linear-memory-bytes', String(64 * mib)],
    });
    const { host, lattice } = scenario;
    const serve = async (id: string, limit?: number): Promise<(size: number) => Promise<number>> => {
      await startComponent(lattice, host, {
        id,
        wasm: paths.probe,
        maxInstances: 2,
        ...(limit !== undefined && { limits: { max_memory_limit: String(limit) } }),
      });
      const url = await serveHttp(lattice, host, id, await freePort());
      return async (size) => (await fetch(`${url}/allocate?mib=${size}`)).status;
    };
    const ofHost = await serve('of-host');
    const larger = await serve('larger', 256 * mib);

    for (let round = 0; round < 2; round++) {
      expect(await ofHost(16)).toBe(200);
      const [tooMuch, beside] = await Promise.all([ofHost(100), ofHost(16)]);
      expect([tooMuch, beside]).toEqual([500, 200]);
      expect(await larger(100)).toBe(200);
      expect(await larger(400)).toBe(500);
    }
  });
});

it('a running component gets the limit of a later scale command', async () => {
  await using scenario = await startScenario();
  const { host, lattice } = scenario;
  const scale = (limit: number, maxInstances: number): Promise<void> =>
    startComponent(lattice, host, {
      id: 'probe',
      wasm: paths.probe,
      maxInstances,
      limits: { max_memory_limit: String(limit) },
    });
  await scale(64 * mib, 1);
  const url = await serveHttp(lattice, host, 'probe', await freePort());
  const allocate = async (size: number): Promise<number> =>
    (await fetch(`${url}/allocate?mib=${size}`)).status;
  expect(await allocate(100)).toBe(500);
  await scale(256 * mib, 2);
  expect(await allocate(100)).toBe(200);
});

it('a component that begins with more memory than it may have does not start, and the event says why', async () => {
  await using scenario = await startScenario();
  const { host, lattice } = scenario;
  const failed = lattice.nextEvent('component_scale_failed', { component_id: 'probe' });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: 'probe',
    component_ref: `file://${paths.probe}`,
    count: 1,
    host_id: host.id,
    component_limits: { max_memory_limit: '65536' },
  });
  expect((await failed).data.error).toMatch(
    /component "probe" begins with \d+ bytes of linear memory; its limit "memory" is 65536 bytes: raise the component's max_memory_limit/,
  );
});
