import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let second: HostProcess;
/** Asks the component on the first host that is linked to the one on the second. */
let call: Call;

type Call = (path: string) => Promise<{ status: number; body: unknown }>;

beforeAll(async () => {
  // What is tested is the path between hosts, on one host too.
  scenario = await startScenario({ args: ['--local-rpc', 'off'] });
  const { lattice, nats } = scenario;
  second = await startHost({ nats });
  await startComponent(lattice, second, { id: 'ops', wasm: paths.ops, maxInstances: 4 });
  call = await startCaller('caller', 'ops');
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
});

/** Starts a caller on the first host. Resolves once its calls arrive, if it is linked. */
async function startCaller(id: string, target?: string): Promise<Call> {
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id, wasm: paths.caller, maxInstances: 4 });
  const url = await serveHttp(lattice, host, id, await freePort());
  const ask: Call = async (path) => {
    const response = await fetch(`${url}${path}`);
    const text = await response.text();
    return { status: response.status, body: response.ok ? JSON.parse(text) : text };
  };
  if (target === undefined) return ask;
  await putLink(lattice, { source: id, target, interface: 'test:ops/shapes' });
  // Either host may have answered; the other sees the link a moment later.
  await vi.waitFor(async () => expect((await ask('/add')).status).toBe(200), { timeout: 60_000 });
  return ask;
}

describe('a component that calls another on a second host', () => {
  it('fails with what to link while there is no link', async () => {
    const callUnlinked = await startCaller('unlinked');
    expect((await callUnlinked('/add')).status).toBe(500);
    await scenario.host.child.waitForLine(
      /link 'default' not found for instance 'test:ops\/shapes' of component 'unlinked'/,
    );
  });

  it('gets back values of every shape', { tags: 'smoke' }, async () => {
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
    for (const each of [host, second]) {
      await startComponent(lattice, each, { id: 'spread', wasm: paths.ops, maxInstances: 4 });
    }
    const callSpread = await startCaller('spreader', 'spread');
    const before = [host, second].map(({ child }) => child.output().length);
    await Promise.all(Array.from({ length: 64 }, () => callSpread('/note')));
    for (const [index, { child }] of [host, second].entries()) {
      await child.waitForOutput((text) => text.includes('noted a call'), before[index]);
    }
  });
});
