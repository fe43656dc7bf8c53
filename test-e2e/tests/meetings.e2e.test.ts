import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boxesInterface, buildMeetingGuests, visitsInterface } from '@wasmlattice/handle-guests';
import { func, t, type WitFunction } from '@wasmlattice/rpc';
import { createNatsInvoker, type NatsInvoker } from '@wasmlattice/rpc/nats';
import { type Collector, startCollector } from '@wasmlattice/telemetry-otlp/testing';
import { Chaos, createTempDir, freePort, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { putLink, serveHttp, startComponent, stopComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { startHttpLoad } from '../src/http-load.js';
import { metricSettles, observedBy } from '../src/observed.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const visits = {
  join: func('join', [['n', t.u32]], t.u32),
  merge: func('merge', [['n', t.u32]], t.u32),
  made: func('made', [], t.u32),
  linger: func('linger', [['ms', t.u32]]),
  trap: func('trap', []),
};
const box = { instance: boxesInterface, name: 'box' };
const keeper = {
  make: func('[constructor]box', [['content', t.u32]], t.own(box)),
  join: func('join', [['all', t.list(t.borrow(box))]], t.u32),
  drop: func('box.~drop', [['self', t.own(box)]]),
};

/** Longer than any test. */
const forLong = 600_000;

let folder: TempDir;
let files: Readonly<Record<'keeper' | 'visitor', string>>;
/** The same code by another name: an update. */
let copies: readonly [string, string];

beforeAll(async () => {
  folder = await createTempDir();
  const guests = await buildMeetingGuests();
  const fileOf = (name: string): string => join(folder.path, `${name}.wasm`);
  files = { keeper: fileOf('keeper'), visitor: fileOf('visitor') };
  for (const name of ['keeper', 'visitor'] as const) await writeFile(files[name], guests[name]);
  copies = [fileOf('keeper-2'), fileOf('keeper-3')];
  for (const copy of copies) await copyFile(files.keeper, copy);
});
afterAll(() => folder?.[Symbol.asyncDispose]());

describe.each([
  { where: 'in one thread, and in others of its host', keepers: ['first'], args: [] },
  { where: 'on its host, over the lattice', keepers: ['first'], args: ['--local-rpc', 'off'] },
  { where: 'on another host', keepers: ['second'], args: [] },
  { where: 'on its host and another', keepers: ['first', 'second'], args: ['--local-rpc', 'off'] },
] as const)('a component that makes objects of another one $where', ({ keepers, args }) => {
  let collector: Collector;
  let scenario: Scenario;
  let second: HostProcess;
  let invoker: NatsInvoker;
  let url: string;

  beforeAll(async () => {
    collector = await startCollector();
    const observed = observedBy(collector.url);
    const options = { ...observed, args: [...observed.args, ...args] };
    scenario = await startScenario(options);
    const { host, lattice, nats } = scenario;
    second = await startHost({ ...options, nats });
    // Fewer than there are visitors at a time.
    for (const keeper of keepersOf()) {
      await startComponent(lattice, keeper, { id: 'keeper', wasm: files.keeper, maxInstances: 4 });
    }
    await startComponent(lattice, host, { id: 'visitor', wasm: files.visitor, maxInstances: 64 });
    await startComponent(lattice, host, {
      id: 'hurried-visitor',
      wasm: files.visitor,
      maxInstances: 4,
      limits: { max_execution_time: '1' },
    });
    for (const source of ['visitor', 'hurried-visitor']) {
      await putLink(lattice, { source, target: 'keeper', interface: 'test:meeting/boxes' });
    }
    url = await serveHttp(lattice, host, 'visitor', await freePort());
    invoker = createNatsInvoker({
      connection: lattice.connection,
      lattice: 'default',
      timeoutMs: forLong,
    });
    // Either host may have taken the links; the other sees them a moment later.
    for (const target of ['visitor', 'hurried-visitor']) {
      await vi.waitFor(() => call(visits.join, [1], { target }), { timeout: 60_000 });
    }
  });
  afterAll(async () => {
    await invoker?.close();
    await second?.[Symbol.asyncDispose]();
    await scenario?.[Symbol.asyncDispose]();
    await collector?.close();
  });

  function keepersOf(): HostProcess[] {
    return keepers.map((name) => (name === 'first' ? scenario.host : second));
  }

  function call(
    declared: WitFunction,
    params: readonly unknown[],
    { target = 'visitor', signal }: { readonly target?: string; readonly signal?: AbortSignal } = {},
  ): Promise<unknown> {
    return invoker.invoke({
      target,
      instance: visitsInterface,
      func: declared,
      params,
      ...(signal && { signal }),
    });
  }

  /** Replaces the code of the keeper on all its hosts; resolves when nothing is left of the old. */
  async function update(file: string): Promise<void> {
    const { lattice } = scenario;
    await Promise.all(
      keepersOf().map(async ({ id }) => {
        const updated = lattice.nextEvent('component_scaled', {
          component_id: 'keeper',
          image_ref: `file://${file}`,
          host_id: id,
        });
        await lattice.succeed(`component.update.${id}`, {
          component_id: 'keeper',
          new_component_ref: `file://${file}`,
          host_id: id,
        });
        await updated;
      }),
    );
  }

  it('has them meet in one call, as they are of one instance', async () => {
    expect(await call(visits.join, [10])).toBe(33);
    expect(await call(visits.merge, [20])).toBe(41);
    expect(await call(visits.made, [])).toBe(2);
  });

  it('does not wait for itself, however many requests there are for few instances', async () => {
    const load = startHttpLoad(url, 16);
    await load.answers(200);
    expect((await load.end()).statuses).toEqual(new Set([200]));
    await kept(collector, 0, 0);
  });

  it('leaves none when its client does', async () => {
    const leaving = new AbortController();
    const visit = call(visits.linger, [forLong], { signal: leaving.signal });
    visit.catch(() => {});
    await kept(collector, 1, 2);
    leaving.abort(new Error('the client left'));
    await expect(visit).rejects.toThrow('the client left');
    await kept(collector, 0, 0);
  });

  it('leaves none at its deadline', async () => {
    const visit = call(visits.linger, [forLong], { target: 'hurried-visitor' });
    await expect(visit).rejects.toThrow('did not complete an invocation in time');
    await kept(collector, 0, 0);
  });

  it('leaves none when its guest traps', async () => {
    await expect(call(visits.trap, [])).rejects.toThrow('the guest trapped');
    await kept(collector, 0, 0);
  });

  it('leaves none after many visits, of which some are broken off, and an update meanwhile, twice', async () => {
    const { connection } = scenario.lattice;
    for (const [round, copy] of copies.entries()) {
      const chaos = new Chaos(round + 1);
      const failures: unknown[] = [];
      const visit = async (): Promise<void> => {
        const [declared, params, result] = chaos.oneOf<[WitFunction, number[], unknown]>(
          [visits.join, [5], 18],
          [visits.merge, [5], 11],
          [visits.made, [], 2],
          [visits.linger, [chaos.below(10)], undefined],
          [visits.trap, [], undefined],
        );
        const leaving = new AbortController();
        const answer = chaos.happens(0.1)
          ? fetch(url, { signal: leaving.signal }).then(({ status }) => status)
          : call(declared, params, { signal: leaving.signal });
        const expected = answer.then(
          (value) => (value === 200 || value === result ? undefined : value),
          (error: unknown) => (leaving.signal.aborted || declared === visits.trap ? undefined : error),
        );
        if (chaos.happens(0.4)) {
          for (let hops = chaos.below(12); hops > 0; hops--) await connection.flush();
          leaving.abort(new Error('the client left'));
        }
        const failure = await expected;
        if (failure !== undefined) failures.push(failure);
      };
      const visitors = Array.from({ length: 24 }, async () => {
        for (let i = 0; i < 12; i++) await visit();
      });
      await Promise.all([update(copy), ...visitors]);
      expect(failures).toEqual([]);
      await kept(collector, 0, 0);
    }
  });
});

describe('objects of a component', () => {
  let collector: Collector;
  let scenario: Scenario;
  let invoker: NatsInvoker;
  let url: string;
  beforeAll(async () => {
    collector = await startCollector();
    scenario = await startScenario(observedBy(collector.url));
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'keeper', wasm: files.keeper, maxInstances: 4 });
    await startComponent(lattice, host, { id: 'visitor', wasm: files.visitor, maxInstances: 4 });
    await putLink(lattice, { source: 'visitor', target: 'keeper', interface: 'test:meeting/boxes' });
    invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'default', timeoutMs: forLong });
    url = await serveHttp(lattice, host, 'visitor', await freePort());
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 60_000 });
  });
  afterAll(async () => {
    await invoker?.close();
    await scenario?.[Symbol.asyncDispose]();
    await collector?.close();
  });

  function callKeeper(declared: WitFunction, params: readonly unknown[], beside?: unknown): Promise<unknown> {
    const headers = beside instanceof Uint8Array ? { 'wasmlattice-beside': hexOf(beside) } : {};
    return invoker.invoke({ target: 'keeper', instance: boxesInterface, func: declared, params, headers });
  }

  it('are made beside others and meet while the component is replaced, until the time for that is over', async () => {
    const { host, lattice } = scenario;
    const one = await callKeeper(keeper.make, [1]);
    const replaced = lattice.nextEvent('component_scaled', { component_id: 'keeper' });
    const [copy] = copies;
    await lattice.succeed(`component.update.${host.id}`, {
      component_id: 'keeper',
      new_component_ref: `file://${copy}`,
      host_id: host.id,
    });
    for (let n = 1; n <= 5; n++) {
      const other = await callKeeper(keeper.make, [n], one);
      expect(await callKeeper(keeper.join, [[one, other]])).toBe(n + 1);
      await callKeeper(keeper.drop, [other]);
    }
    await replaced;
    await expect(callKeeper(keeper.join, [[one]])).rejects.toMatchObject({
      code: 'terminated',
      message: expect.stringContaining('the member that this call belongs to is gone'),
    });
    // Who asks for company alone is served elsewhere.
    const other = await callKeeper(keeper.make, [7], one);
    expect(await callKeeper(keeper.join, [[other]])).toBe(7);
    await callKeeper(keeper.drop, [other]);
    await kept(collector, 0, 0);
  });

  it('are not made while others have all instances, which callers learn soon', async () => {
    const held = await Promise.all([1, 2, 3, 4].map((n) => callKeeper(keeper.make, [n])));
    await expect(callKeeper(keeper.make, [5])).rejects.toMatchObject({ code: 'overloaded' });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([
      503,
      'Component "visitor" called a component that has no room for further calls at this moment; send the request again.\n',
    ]);
    await Promise.all(held.map((one) => callKeeper(keeper.drop, [one])));
    expect((await fetch(url)).status).toBe(200);
    await kept(collector, 0, 0);
  });

  it('are dropped when the host of who made them is killed', async () => {
    const { host, lattice, nats } = scenario;
    await using second = await startHost({ nats });
    await startComponent(lattice, second, { id: 'far-visitor', wasm: files.visitor });
    await putLink(lattice, { source: 'far-visitor', target: 'keeper', interface: 'test:meeting/boxes' });
    const visit = (declared: WitFunction, params: readonly unknown[]): Promise<unknown> =>
      invoker.invoke({ target: 'far-visitor', instance: visitsInterface, func: declared, params });
    await vi.waitFor(() => visit(visits.join, [1]), { timeout: 60_000 });
    visit(visits.linger, [forLong]).catch(() => {});
    await kept(collector, 1, 2);
    second.child.signal('SIGKILL');
    await second.child.exited;
    await host.child.waitForLine(
      /a caller is gone without a word.*far-visitor\.owner-.*handles=2|handles=2.*far-visitor/,
    );
    await kept(collector, 0, 0);
  });

  it('are dropped when the component that made them is stopped, whose callers are told', async () => {
    const { host, lattice } = scenario;
    const visit = invoker.invoke({
      target: 'visitor',
      instance: visitsInterface,
      func: visits.linger,
      params: [forLong],
    });
    visit.catch(() => {});
    await kept(collector, 1, 2);
    await stopComponent(lattice, host, { id: 'visitor', wasm: files.visitor });
    await expect(visit).rejects.toMatchObject({
      code: 'terminated',
      message: expect.stringContaining("component 'visitor' was stopped or replaced"),
    });
    await kept(collector, 0, 0);
  });
});

function hexOf(handle: Uint8Array): string {
  return Buffer.from(handle).toString('hex');
}

async function kept(collector: Collector, instances: number, handles: number): Promise<void> {
  await Promise.all([
    metricSettles(collector, 'wasmlattice.component.kept_instances', 'keeper', instances),
    metricSettles(collector, 'wasmlattice.component.handles', 'keeper', handles),
  ]);
}
