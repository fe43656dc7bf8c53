import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const mib = 2 ** 20;
const memoryKey = 'wasmlattice.dev/limits.memory';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario({ args: ['--max-stack-bytes', '524288'] });
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
});

describe.each(['shared', 'thread', 'process'])(
  'a component of tier %s with a limit in its config',
  (tier) => {
    it('is held to it, its caller is told which it is, and a new value takes its place', async () => {
      const { host, lattice } = scenario;
      const id = `${tier}-limited`;
      await lattice.succeed(`config.put.${id}`, { [memoryKey]: String(64 * mib) });
      await startComponent(lattice, host, {
        id,
        wasm: paths.probe,
        config: [id],
        annotations: { 'wasmlattice.dev/isolation': tier },
      });
      const url = await serveHttp(lattice, host, id, await freePort());
      const allocate = async (size: number): Promise<readonly [number, string]> => {
        const response = await fetch(`${url}/allocate?mib=${size}`);
        return [response.status, await response.text()];
      };
      expect((await allocate(16))[0]).toBe(200);
      const [status, text] = await allocate(100);
      expect(status).toBe(500);
      expect(text).toContain(`its limit "memory" is ${64 * mib} bytes`);
      expect((await allocate(16))[0]).toBe(200);
      await lattice.succeed(`config.put.${id}`, { [memoryKey]: String(256 * mib) });
      await expect.poll(async () => (await allocate(100))[0]).toBe(200);
    });
  },
);

it('limits that can not be are refused: by the reply where the command has them, else by the event', async () => {
  const { host, lattice } = scenario;
  const command = {
    component_id: 'wrong',
    component_ref: `file://${paths.probe}`,
    count: 1,
    host_id: host.id,
  };
  await expect(
    lattice.succeed(`component.scale.${host.id}`, {
      ...command,
      component_limits: { max_memory_limit: '1' },
    }),
  ).rejects.toThrow('component limit max_memory_limit is 1: it must be from 65536 to 4294967296 bytes');
  await lattice.succeed('config.put.wrong', { [memoryKey]: '1', 'wasmlattice.dev/limits.handles': 'many' });
  const failed = lattice.nextEvent('component_scale_failed', { component_id: 'wrong' });
  await lattice.succeed(`component.scale.${host.id}`, { ...command, config: ['wrong'] });
  const { error } = (await failed).data;
  expect(error).toContain(`config entry ${memoryKey} is 1: it must be from 65536 to 4294967296 bytes`);
  expect(error).toContain('limits.handles is "many": it must be a whole number from 16 to 1048576');
});

it.each([
  [
    'out of range',
    ['--max-handles', '1', '--max-stack-bytes', '2000000'],
    ['--max-handles', '--max-stack-bytes'],
  ],
  [
    'in conflict',
    [
      '--max-random-bytes',
      '100000',
      '--max-linear-memory-bytes',
      '65536',
      '--max-component-size-bytes',
      '200000000',
    ],
    [
      'is 100000, and --max-linear-memory-bytes',
      'is 200000000, and the memory that this host may use is 150000000',
    ],
  ],
])('flags %s are refused at the start, all of them in one message', async (_what, args, parts) => {
  const failure = await startHost({
    nats: scenario.nats,
    args: [...args, '--max-resident-memory-bytes', '150000000'],
  }).then(
    () => 'it started',
    (error: unknown) => String(error),
  );
  for (const part of parts) expect(failure).toContain(part);
});
