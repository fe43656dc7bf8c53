import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

interface Deployed {
  call(path: string): Promise<{ status: number; body: unknown }>;
  /** Subjects of the calls of the callee that a stranger in the lattice saw since it was last asked. */
  seen(): Promise<string[]>;
  /** As long as the stranger listens, nobody is told that no one serves a subject. */
  stopListening(): Promise<void>;
}

/** A component of its own for the test, `{name}-caller`, linked to one named `name` on the same host; and a stranger that listens. */
async function deploy({ host, lattice }: Scenario, name: string, maxInstances = 4): Promise<Deployed> {
  const caller = `${name}-caller`;
  const subjects: string[] = [];
  const listening = lattice.connection.subscribe(`default.${name}.wrpc.>`, {
    callback: (_error, message) => void subjects.push(message.subject),
  });
  await lattice.connection.flush();
  await startComponent(lattice, host, { id: name, wasm: paths.ops, maxInstances });
  await startComponent(lattice, host, { id: caller, wasm: paths.caller, maxInstances: 32 });
  await putLink(lattice, { source: caller, target: name, interface: 'test:ops/shapes' });
  const url = await serveHttp(lattice, host, caller, await freePort());
  return {
    async call(path) {
      const response = await fetch(`${url}${path}`);
      const text = await response.text();
      return { status: response.status, body: response.ok ? JSON.parse(text) : text };
    },
    async seen() {
      await lattice.connection.flush();
      return subjects.splice(0);
    },
    async stopListening() {
      listening.unsubscribe();
      await lattice.connection.flush();
    },
  };
}

async function stop({ host, lattice }: Scenario, id: string, wasm: string): Promise<void> {
  const stopped = lattice.nextEvent('component_scaled', { component_id: id, max_instances: 0 });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: id,
    component_ref: `file://${wasm}`,
    count: 0,
    host_id: host.id,
  });
  await stopped;
}

describe('a component that calls another on its own host', () => {
  let scenario: Scenario;
  let ops: Deployed;
  beforeAll(async () => {
    scenario = await startScenario({ args: ['--log-level', 'debug'] });
    ops = await deploy(scenario, 'ops');
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());

  it('gets its answers without a message on the lattice', async () => {
    expect((await ops.call('/add')).body).toEqual({ ok: '18446744073709551300' });
    expect((await ops.call('/circle')).body).toEqual({ ok: 'filled circle c of 1.5' });
    expect((await ops.call('/polygon')).body).toEqual({ ok: 'polygon unnamed: -1,2 300,-70000' });
    expect((await ops.call('/dot')).body).toEqual({ err: 'd is only a dot' });
    expect((await ops.call('/reverse?bytes=3000000')).body).toEqual({ ok: '3000000 7' });
    expect(await ops.seen()).toEqual([]);
  });

  it('finds what the other logs under the name of the other', async () => {
    expect((await ops.call('/note')).body).toEqual({ ok: 'sent' });
    await scenario.host.child.waitForLine(/component=ops .*noted a call|noted a call.*component=ops /);
    expect(await ops.seen()).toEqual([]);
  });

  it('fails as over the lattice when the other traps, and works again after it', async () => {
    expect((await ops.call('/fail')).status).toBe(500);
    await scenario.host.child.waitForLine(
      /test:ops\/shapes@1\.0\.0\.fail on ops by link default: the peer failed: /,
    );
    expect((await ops.call('/add')).status).toBe(200);
    expect(await ops.seen()).toEqual([]);
  });

  it('sends out what the other has no permit for, and all calls are answered', async () => {
    const busy = await deploy(scenario, 'busy', 1);
    const round = async (): Promise<string[]> => {
      const answers = await Promise.all(Array.from({ length: 24 }, () => busy.call('/add')));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      return await busy.seen();
    };
    // Others than the one that ran in the thread of its caller went to whoever has a permit next, if they met.
    await expect.poll(round).toContain('default.busy.wrpc.0.0.1.test:ops/shapes@1.0.0.add');
  });

  it('calls the new code after an update', async () => {
    const { host, lattice } = scenario;
    const old = await deploy(scenario, 'old');
    await old.stopListening();
    expect((await old.call('/add')).status).toBe(200);
    const updated = lattice.nextEvent('component_scaled', {
      component_id: 'old',
      image_ref: `file://${paths.caller}`,
    });
    await lattice.succeed(`component.update.${host.id}`, {
      component_id: 'old',
      new_component_ref: `file://${paths.caller}`,
      host_id: host.id,
    });
    await updated;
    // The new code has no such export, here or on the lattice.
    expect((await old.call('/add')).status).toBe(500);
    await host.child.waitForLine(/shapes@1\.0\.0\.add on old by link default: nobody/);
  });

  it('fails as over the lattice once the other is stopped', async () => {
    const gone = await deploy(scenario, 'gone');
    await gone.stopListening();
    expect((await gone.call('/add')).status).toBe(200);
    await stop(scenario, 'gone', paths.ops);
    expect((await gone.call('/add')).status).toBe(500);
    await scenario.host.child.waitForLine(/shapes@1\.0\.0\.add on gone by link default: nobody/);
  });
});

describe('with --local-rpc off', () => {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await startScenario({ args: ['--local-rpc', 'off'] });
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());

  it('calls on the same host go over the lattice', async () => {
    const ops = await deploy(scenario, 'ops');
    expect((await ops.call('/add')).body).toEqual({ ok: '18446744073709551300' });
    expect(await ops.seen()).toContain('default.ops.wrpc.0.0.1.test:ops/shapes@1.0.0.add');
  });
});

describe('a component on two hosts', () => {
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

  it('serves calls on the other host while it is at its limit on the host of the caller', async () => {
    await startComponent(scenario.lattice, second, { id: 'ops', wasm: paths.ops, maxInstances: 4 });
    const ops = await deploy(scenario, 'ops', 1);
    const before = second.child.output().length;
    const round = async (): Promise<string> => {
      await Promise.all(Array.from({ length: 32 }, () => ops.call('/note')));
      return second.child.output().slice(before);
    };
    await expect.poll(round).toContain('noted a call');
  });
});
