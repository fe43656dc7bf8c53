import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli-process.js';
import { startProvider } from '../src/deploy.js';
import { isAlive } from '../src/isolated-processes.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.[Symbol.asyncDispose]());

describe('a provider that is not of our SDK', () => {
  it('and crashes again and again is told as a crash loop, with its last words', async () => {
    const { host, lattice, nats } = scenario;
    await lattice.succeed('config.put.license', { crashes: 'always' });
    const loop = lattice.nextEvent('provider_state_changed', { provider_id: 'looping', state: 'crash-loop' });
    await lattice.succeed(`provider.start.${host.id}`, {
      provider_id: 'looping',
      provider_ref: `file://${paths.unrulyProvider}`,
      host_id: host.id,
      config: ['license'],
    });
    expect((await loop).data).toMatchObject({
      host_id: host.id,
      reason: 'the provider exited with code 7 although it should run',
      last_lines: ['unruly has no license'],
    });
    const { output } = await runCli(nats, 'get', 'inventory');
    expect(output).toMatch(/^looping +crash loop /m);
    expect(output).toContain('\n  | unruly has no license\n');
    await lattice.succeed(`provider.stop.${host.id}`, { provider_id: 'looping', host_id: host.id });
  });

  it('ends with all it started when the host is killed', async () => {
    const { host, lattice } = scenario;
    await startProvider(lattice, host, 'orphan', paths.unrulyProvider);
    const runs = /unruly runs as (\d+) with (\d+)\./g;
    const [, provider, helper] = [...host.child.output().matchAll(runs)].at(-1) ?? [];
    host.child.signal('SIGKILL');
    for (const pid of [provider, helper]) {
      await expect.poll(() => isAlive(Number(pid)), { timeout: 20_000 }).toBe(false);
    }
  });
});
