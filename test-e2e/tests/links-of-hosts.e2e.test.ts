import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli-process.js';
import { putLink, startProvider } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let second: HostProcess;

beforeAll(async () => {
  scenario = await startScenario();
  second = await startHost({ nats: scenario.nats });
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
});

describe('a lattice of two hosts', () => {
  it('tells of a link that fails at one of them, whichever is asked', async () => {
    const { lattice, nats } = scenario;
    const used = createServer();
    await new Promise<void>((resolve) => used.listen(0, '127.0.0.1', resolve));
    const { port } = used.address() as AddressInfo;
    const started = lattice.nextEvent('provider_started', { provider_id: 'far-http' });
    await lattice.succeed(`provider.start.${second.id}`, {
      provider_id: 'far-http',
      provider_ref: 'wasmcloud+builtin://http-server',
      host_id: second.id,
    });
    await started;
    const link = { source: 'far-http', target: 'far', interface: 'wasi:http/incoming-handler' };
    await putLink(lattice, { ...link, sourceConfig: { address: `127.0.0.1:${port}` } });
    const failure = await lattice.event('linkdef_set_failed', { target: 'far' });
    expect(failure.source).toBe(second.id);
    expect(failure.data.error).toMatch(/it is in use/);
    expect((await runCli(nats, 'get', 'links')).output).toMatch(/far-http +far .*failed .*it is in use/);
    await new Promise((resolve) => used.close(resolve));
    await putLink(lattice, { ...link, sourceConfig: { address: `127.0.0.1:${port}` } });
    await lattice.event('link_state_changed', { target: 'far', state: 'delivered', host_id: second.id });
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
    expect((await runCli(nats, 'get', 'links')).output).not.toContain('failed');
  });

  it('gives new values to every process of a provider that ignores links put again', async () => {
    const { host, lattice } = scenario;
    const link = { source: 'caller', target: 'foreign', interface: 'acme:demo/run' };
    await putLink(lattice, { ...link, targetConfig: { value: 'one' } });
    await putLink(lattice, { ...link, name: 'beside', targetConfig: { value: 'stays' } });
    for (const each of [host, second]) await startProvider(lattice, each, 'foreign', paths.foreignProvider);
    const shows = async (value: string): Promise<void> => {
      for (const { child, id } of [host, second]) {
        const pattern = `foreign on ${id} has caller/beside=stays caller/default=${value}\\.`;
        await child.waitForLine(new RegExp(pattern));
      }
    };
    await shows('one');
    for (const value of ['two', 'three']) {
      await lattice.succeed('config.put.caller-foreign-default-target', { value });
      await shows(value);
    }
  });
});
