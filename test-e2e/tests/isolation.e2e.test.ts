import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHandleGuests, callerInterface } from '@wasmlattice/handle-guests';
import { call, func, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, freePort, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent, startProvider, stopComponent } from '../src/deploy.js';
import { fileOf, inheritedBy, isAlive, isolatedProcesses } from '../src/isolated-processes.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const key = 'wasmlattice.dev/isolation';

let scenario: Scenario;
let folder: TempDir;
let guests: Readonly<Record<'caller' | 'callee', string>>;

beforeAll(async () => {
  scenario = await startScenario({ args: ['--serving-threads', '2', '--log-level', 'debug'] });
  const { host, lattice } = scenario;
  await startProvider(lattice, host, 'keyvalue', paths.keyvalueProvider);
  folder = await createTempDir();
  const built = await buildHandleGuests();
  guests = { caller: join(folder.path, 'caller.wasm'), callee: join(folder.path, 'callee.wasm') };
  await writeFile(guests.caller, built.caller);
  await writeFile(guests.callee, built.callee);
  await lattice.succeed('config.put.bucket', { bucket: 'isolation', enable_bucket_auto_create: 'true' });
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const processes = (): Promise<number[]> => isolatedProcesses(scenario.host.child.pid);

async function textOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

describe.each(['shared', 'thread', 'process'])('a component of tier %s', (tier) => {
  const [probe, ops, caller] = [`${tier}-probe`, `${tier}-ops`, `${tier}-caller`];
  const annotations = { [key]: tier, owner: 'test' };
  let url: string;
  let callerUrl: string;

  beforeAll(async () => {
    const { host, lattice } = scenario;
    await lattice.succeed(`config.put.${probe}-config`, { greeting: 'hello' });
    await startComponent(lattice, host, {
      id: probe,
      wasm: paths.probe,
      maxInstances: 1,
      config: [`${probe}-config`],
      annotations,
    });
    url = await serveHttp(lattice, host, probe, await freePort());
  });

  it('answers over HTTP', async () => {
    const response = await fetch(`${url}/hello`);
    expect([response.status, await response.text()]).toEqual([200, 'hello\n']);
  });

  it('answers a component of the host, and calls one', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: ops, wasm: paths.ops, maxInstances: 4, annotations });
    await startComponent(lattice, host, { id: caller, wasm: paths.caller, maxInstances: 4, annotations });
    await startComponent(lattice, host, { id: `${caller}-2`, wasm: paths.caller, maxInstances: 4 });
    for (const source of [caller, `${caller}-2`]) {
      await putLink(lattice, { source, target: ops, interface: 'test:ops/shapes' });
      callerUrl = await serveHttp(lattice, host, source, await freePort());
      expect(JSON.parse(await textOf(`${callerUrl}/circle`))).toEqual({ ok: 'filled circle c of 1.5' });
    }
  });

  it('hands out resources as any other', async () => {
    const { host, lattice } = scenario;
    const [source, target] = [`${tier}-handle-caller`, `${tier}-handle-callee`];
    await startComponent(lattice, host, { id: target, wasm: guests.callee, maxInstances: 4, annotations });
    await startComponent(lattice, host, { id: source, wasm: guests.caller, maxInstances: 4 });
    await putLink(lattice, { source, target, interface: 'test:handles/counters' });
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'default' });
    const address = { target: source, instance: callerInterface };
    const counted = func(
      'count',
      [
        ['start', t.u32],
        ['times', t.u32],
      ],
      t.u32,
    );
    expect(await call(invoker, { ...address, func: counted, params: [2, 5] })).toBe(7);
    await invoker.close();
    for (const id of [source, target]) await stopComponent(lattice, host, { id, wasm: guests.caller });
  });

  it('is told of links put while it runs', async () => {
    const { lattice } = scenario;
    expect((await fetch(`${url}/kv/incr?key=a`)).status).toBeGreaterThanOrEqual(500);
    await lattice.succeed('link.put', {
      source_id: probe,
      target: 'keyvalue',
      name: 'default',
      wit_namespace: 'wasi',
      wit_package: 'keyvalue',
      interfaces: ['store', 'atomics'],
      target_config: ['bucket'],
    });
    await expect.poll(async () => (await fetch(`${url}/kv/incr?key=${tier}`)).status).toBe(200);
  });

  it('is told of changes of its config', async () => {
    expect(await textOf(`${url}/config?key=greeting`)).toBe('hello');
    await scenario.lattice.succeed(`config.put.${probe}-config`, { greeting: 'good evening' });
    await expect.poll(() => textOf(`${url}/config?key=greeting`)).toBe('good evening');
  });

  it('is scaled, so that more of it runs at once', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, {
      id: probe,
      wasm: paths.probe,
      maxInstances: 3,
      config: [`${probe}-config`],
    });
    const reply = await lattice.ask(`host.get.${host.id}`);
    expect(reply.response).toMatchObject({
      components: expect.arrayContaining([
        expect.objectContaining({
          id: probe,
          max_instances: 3,
          annotations: expect.objectContaining({ [key]: tier }),
        }),
      ]),
    });
    const before = host.child.output().length;
    const slow = [1, 2, 3, 4].map(() => fetch(`${url}/slow?ms=500`));
    await host.child.waitForOutput((text) => text.split('slow begins').length > 3, before);
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('is updated without a gap', async () => {
    const { host, lattice } = scenario;
    const scaled = lattice.nextEvent('component_scaled', { component_id: probe });
    await lattice.succeed(`component.update.${host.id}`, {
      component_id: probe,
      new_component_ref: `file://${paths.hello}`,
      host_id: host.id,
    });
    let isDone = false;
    const done = scaled.then(() => {
      isDone = true;
    });
    const statuses = new Set<number>();
    while (!isDone) statuses.add((await fetch(`${url}/hello`)).status);
    await done;
    expect(statuses).toEqual(new Set([200]));
    expect(await textOf(`${url}/hello`)).toMatch(/Hello/i);
  });

  it('is stopped, with what it had', async () => {
    const { host, lattice } = scenario;
    const all = [
      [probe, paths.probe],
      [ops, paths.ops],
      [caller, paths.caller],
    ] as const;
    for (const [id, wasm] of all) await stopComponent(lattice, host, { id, wasm });
    expect((await fetch(`${url}/hello`)).status).toBe(503);
    await expect.poll(processes).toEqual([]);
  });
});

describe('an isolated component', () => {
  it('is named by its config where its command has no annotation, and moves with it', async () => {
    const { host, lattice } = scenario;
    await lattice.succeed('config.put.tier', { [key]: 'process', greeting: 'hello' });
    await startComponent(lattice, host, { id: 'moving', wasm: paths.probe, config: ['tier'] });
    const url = await serveHttp(lattice, host, 'moving', await freePort());
    expect(await textOf(`${url}/config?key=greeting`)).toBe('hello');
    // Keys for the host are not for the guest.
    expect((await fetch(`${url}/config?key=${encodeURIComponent(key)}`)).status).toBe(404);
    await expect.poll(processes).toHaveLength(1);
    await lattice.succeed('config.put.tier', { [key]: 'thread', greeting: 'good evening' });
    await expect.poll(processes).toEqual([]);
    expect(await textOf(`${url}/config?key=greeting`)).toBe('good evening');
    await stopComponent(lattice, host, { id: 'moving', wasm: paths.probe });
  });

  it.each(['thread', 'process'])('of tier %s that spins leaves its neighbours alone', async (tier) => {
    const { host, lattice } = scenario;
    const id = `${tier}-spinner`;
    await startComponent(lattice, host, {
      id,
      wasm: paths.probe,
      limits: { max_execution_time: '2' },
      annotations: { [key]: tier },
    });
    await startComponent(lattice, host, { id: `${tier}-neighbour`, wasm: paths.probe });
    const url = await serveHttp(lattice, host, id, await freePort());
    const neighbour = await serveHttp(lattice, host, `${tier}-neighbour`, await freePort());
    let isSpinning = true;
    const spinning = fetch(`${url}/spin`).then(async (answer) => {
      isSpinning = false;
      return [answer.status, await answer.text()];
    });
    const answered = [];
    while (isSpinning) answered.push((await fetch(`${neighbour}/hello`)).status);
    expect(await spinning).toEqual([504, expect.stringContaining(id)]);
    expect(new Set(answered)).toEqual(new Set([200]));
    await expect.poll(async () => (await fetch(`${url}/hello`)).status).toBe(200);
    await stopComponent(lattice, host, { id, wasm: paths.probe });
  });

  it('is refused a tier there is none of, by annotation and by config', async () => {
    const { host, lattice } = scenario;
    const command = {
      component_id: 'bad',
      component_ref: `file://${paths.probe}`,
      count: 1,
      host_id: host.id,
    };
    const why = `annotation ${key} is "vm": it must be one of shared, thread, process`;
    const failed = lattice.nextEvent('component_scale_failed', { component_id: 'bad' });
    const reply = await lattice.ask(`component.scale.${host.id}`, {
      ...command,
      annotations: { [key]: 'vm' },
    });
    expect(reply).toMatchObject({ success: false, message: why });
    expect((await failed).data.error).toBe(why);

    await lattice.succeed('config.put.bad-tier', { [key]: 'container' });
    const failedByConfig = lattice.nextEvent('component_scale_failed', { component_id: 'bad' });
    await lattice.succeed(`component.scale.${host.id}`, { ...command, config: ['bad-tier'] });
    expect((await failedByConfig).data.error).toBe(
      `config entry ${key} is "container": it must be one of shared, thread, process`,
    );
    await expect.poll(processes).toEqual([]);
  });

  it('that can not run says why from its process', async () => {
    const { host, lattice } = scenario;
    const failed = lattice.nextEvent('component_scale_failed', { component_id: 'no-component' });
    await lattice.succeed(`component.scale.${host.id}`, {
      component_id: 'no-component',
      component_ref: `file://${paths.host}`,
      count: 1,
      host_id: host.id,
      annotations: { [key]: 'process' },
    });
    expect((await failed).data.error).toMatch(/^expected a WebAssembly component/);
    await expect.poll(processes).toEqual([]);
  });
});

describe('the process of a component', () => {
  it('has no argument, variable or open file that it does not need', async () => {
    const { host, lattice } = scenario;
    const id = 'bare';
    await startComponent(lattice, host, { id, wasm: paths.probe, annotations: { [key]: 'process' } });
    const [pid = 0] = await processes();
    const inherited = await inheritedBy(pid);
    expect(inherited.environment).toEqual([]);
    expect(inherited.arguments.join(' ')).not.toContain('nats:');
    // What the process of the tests has itself came with all that it started.
    const ofTests = (await inheritedBy(process.pid)).files;
    const ofHost = (await inheritedBy(host.child.pid)).files.filter(
      (file) => /^(socket|pipe):/.test(file) && !ofTests.includes(file),
    );
    expect(inherited.files.filter((file) => ofHost.includes(file))).toEqual([
      await fileOf(host.child.pid, 2),
    ]);
    await stopComponent(lattice, host, { id, wasm: paths.probe });
  });

  it('is replaced when it dies, and the component is served again', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, {
      id: 'mortal',
      wasm: paths.probe,
      maxInstances: 2,
      annotations: { [key]: 'process' },
    });
    const url = await serveHttp(lattice, host, 'mortal', await freePort());
    await lattice.succeed('config.put.mortal-late', { greeting: 'late' });
    await startComponent(lattice, host, {
      id: 'mortal',
      wasm: paths.probe,
      maxInstances: 2,
      config: ['mortal-late'],
    });
    const [pid = 0] = await processes();
    process.kill(pid, 'SIGKILL');
    await host.child.waitForLine(
      /the process of a component ended and is replaced.*SIGKILL.*mortal|mortal.*SIGKILL/,
    );
    await expect.poll(async () => (await fetch(`${url}/hello`)).status).toBe(200);
    expect(await textOf(`${url}/config?key=greeting`)).toBe('late');
    const [successor] = await processes();
    expect(successor).not.toBe(pid);
    await stopComponent(lattice, host, { id: 'mortal', wasm: paths.probe });
    await expect.poll(processes).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('ends with a host that ends by %s', async (signal) => {
    await using other = await startScenario();
    const { host, lattice } = other;
    const annotations = { [key]: 'process' };
    await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, annotations });
    const [pid = 0] = await isolatedProcesses(host.child.pid);
    expect(await isAlive(pid)).toBe(true);
    host.child.signal(signal);
    await host.child.exited;
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
