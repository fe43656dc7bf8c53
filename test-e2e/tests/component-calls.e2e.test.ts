import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let second: HostProcess;
let url: string;

beforeAll(async () => {
  // What is tested is the path between hosts, on one host too.
  scenario = await startScenario({ args: ['--local-rpc', 'off'] });
  const { host, lattice, nats } = scenario;
  second = await startHost({ nats });
  // The caller on one host, what it calls on the other.
  await startComponent(lattice, second, { id: 'ops', wasm: paths.ops, maxInstances: 4 });
  await startComponent(lattice, host, { id: 'caller', wasm: paths.caller, maxInstances: 4 });
  url = await serveHttp(lattice, host, 'caller', await freePort());
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
});

async function call(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`);
  const text = await response.text();
  return { status: response.status, body: response.ok ? JSON.parse(text) : text };
}

const link = {
  source_id: 'caller',
  target: 'ops',
  name: 'default',
  wit_namespace: 'test',
  wit_package: 'ops',
  interfaces: ['shapes'],
};

describe('a component that calls another on a second host', () => {
  it('fails with what to link while there is no link', async () => {
    expect((await call('/add')).status).toBe(500);
    await scenario.host.child.waitForLine(
      /link 'default' not found for instance 'test:ops\/shapes' of component 'caller'/,
    );
  });

  it('gets back values of every shape', async () => {
    await scenario.lattice.succeed('link.put', link);
    // Either host may have answered; the other sees the link a moment later.
    await expect.poll(async () => (await call('/add')).status, { timeout: 30_000, interval: 20 }).toBe(200);
    expect((await call('/add')).body).toEqual({ ok: '18446744073709551300' });
    expect((await call('/circle')).body).toEqual({ ok: 'filled circle c of 1.5' });
    expect((await call('/polygon')).body).toEqual({ ok: 'polygon unnamed: -1,2 300,-70000' });
  });

  it('gets the error of a WIT result as one', async () => {
    expect((await call('/dot')).body).toEqual({ err: 'd is only a dot' });
  });

  it('passes arguments larger than a NATS message, both ways', async () => {
    expect((await call('/reverse?bytes=3000000')).body).toEqual({ ok: '3000000 7' });
  });

  it('completes a call without a result', async () => {
    expect((await call('/note')).body).toEqual({ ok: 'sent' });
    await second.child.waitForLine(/noted a call without a result/);
  });

  it('fails when the other traps, and works again after it', async () => {
    expect((await call('/fail')).status).toBe(500);
    await scenario.host.child.waitForLine(/test:ops\/shapes@1\.0\.0.*fail/);
    expect((await call('/add')).status).toBe(200);
  });

  it('spreads calls over all hosts that run the other', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'ops', wasm: paths.ops, maxInstances: 4 });
    const before = [host, second].map(({ child }) => child.output().length);
    await Promise.all(Array.from({ length: 64 }, () => call('/note')));
    for (const [index, { child }] of [host, second].entries()) {
      await child.waitForOutput((text) => text.includes('noted a call'), before[index]);
    }
  });
});
