import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildChainGuest, chainInterface } from '@wasmlattice/handle-guests';
import { call, func, type Invoker, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComponentDeployment, putLink, startComponent } from '../src/deploy.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const n = ['n', t.u32] as const;
const count = func('count', [n], t.u32);
const trap = func('trap', [n], t.u32);
const wait = func('wait', [n, ['ms', t.u32]], t.u32);

const anHour = 3_600_000;

let folder: TempDir;
let wasm: string;
beforeAll(async () => {
  folder = await createTempDir();
  wasm = join(folder.path, 'chain.wasm');
  await writeFile(wasm, await buildChainGuest());
});
afterAll(() => folder?.[Symbol.asyncDispose]());

// What components of one host see of each other is the same whether a call stays in the thread of its caller or not.
describe.each(['on', 'off'])('with --local-rpc %s, components of one host', (localRpc) => {
  let scenario: Scenario;
  let invoker: Invoker;
  beforeAll(async () => {
    scenario = await startScenario({ args: ['--local-rpc', localRpc] });
    const { connection } = scenario.lattice;
    invoker = createNatsInvoker({ connection, lattice: 'default', timeoutMs: 60_000 });
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());

  /** Starts components, each linked to the next one; the last one to `then`, if that is given. */
  async function startChain(
    components: readonly Omit<ComponentDeployment, 'wasm'>[],
    then?: string,
  ): Promise<void> {
    const { host, lattice } = scenario;
    for (const [index, component] of components.entries()) {
      await startComponent(lattice, host, { maxInstances: 8, ...component, wasm });
      const target = components[index + 1]?.id ?? then;
      if (target === undefined) continue;
      await putLink(lattice, { source: component.id, target, interface: 'test:chain/links' });
    }
  }

  async function stop(id: string): Promise<void> {
    const { host, lattice } = scenario;
    const stopped = lattice.nextEvent('component_scaled', { component_id: id, max_instances: 0 });
    const command = { component_id: id, component_ref: `file://${wasm}`, count: 0, host_id: host.id };
    await lattice.succeed(`component.scale.${host.id}`, command);
    await stopped;
  }

  const address = (target: string) => ({ target, instance: chainInterface });

  it('call each other in a circle', async () => {
    await startChain([{ id: 'ring-a' }, { id: 'ring-b' }], 'ring-a');
    expect(await call(invoker, { ...address('ring-a'), func: count, params: [10] })).toBe(10);
  });

  it('call themselves, deeper than a thread takes of its own calls', async () => {
    await startChain([{ id: 'deep', maxInstances: 400 }], 'deep');
    expect(await call(invoker, { ...address('deep'), func: count, params: [300] })).toBe(300);
  });

  it('wait for a permit that they hold themselves until the caller leaves, and go on after that', async () => {
    await startChain([{ id: 'tight', maxInstances: 2 }], 'tight');
    const patience = { ...address('tight'), func: count, timeoutMs: 1_000 };
    await expect(call(invoker, { ...patience, params: [3] })).rejects.toMatchObject({ code: 'timeout' });
    expect(await call(invoker, { ...address('tight'), func: count, params: [1] })).toBe(1);
  });

  it('are told what is not linked, by whom', async () => {
    await startChain([{ id: 'loose-a' }, { id: 'loose-b' }]);
    await expect(call(invoker, { ...address('loose-a'), func: count, params: [2] })).rejects.toThrow(
      `test:chain/links@1.0.0.count on loose-a: the peer failed: component "loose-a", test:chain/links@1.0.0 count: the guest trapped: test:chain/links@1.0.0.count on loose-b by link default: the peer failed: component "loose-b", test:chain/links@1.0.0 count: the guest trapped: link 'default' not found for instance 'test:chain/links' of component 'loose-b': put a link with source_id 'loose-b', wit_namespace 'test', wit_package 'chain' and interface 'links'`,
    );
  });

  it('are told when the other does not run', async () => {
    await startChain([{ id: 'left' }], 'absent');
    await expect(call(invoker, { ...address('left'), func: count, params: [1] })).rejects.toThrow(
      'the guest trapped: test:chain/links@1.0.0.count on absent by link default: nobody is listening',
    );
  });

  it('are told how the other ended, through all that stand between', async () => {
    await startChain([{ id: 'trap-a' }, { id: 'trap-b' }, { id: 'trap-c' }]);
    const params = [2] as [number];
    await expect(call(invoker, { ...address('trap-a'), func: trap, params })).rejects.toThrow(
      'test:chain/links@1.0.0.trap on trap-a: the peer failed: component "trap-a", test:chain/links@1.0.0 trap: the guest trapped: test:chain/links@1.0.0.trap on trap-b by link default: the peer failed: component "trap-b", test:chain/links@1.0.0 trap: the guest trapped: test:chain/links@1.0.0.trap on trap-c by link default: the peer failed: component "trap-c", test:chain/links@1.0.0 trap: the guest trapped: unreachable',
    );
    expect(await call(invoker, { ...address('trap-a'), func: count, params })).toBe(2);
  });

  it('end with a caller that leaves, down to the last', async () => {
    await startChain([{ id: 'wait-a' }, { id: 'wait-b' }, { id: 'wait-c', maxInstances: 1 }]);
    const leaving = new AbortController();
    const left = call(invoker, {
      ...address('wait-a'),
      func: wait,
      params: [2, anHour],
      signal: leaving.signal,
    });
    left.catch(() => {});
    // The only instance of the last one is taken from now on.
    await expect
      .poll(() =>
        call(invoker, { ...address('wait-c'), func: count, params: [0], timeoutMs: 2_000 }).catch(String),
      )
      .toContain('did not answer within 2000 ms');
    leaving.abort(new Error('the caller went home'));
    await expect(left).rejects.toThrow('the caller went home');
    expect(await call(invoker, { ...address('wait-c'), func: count, params: [0] })).toBe(0);
  });

  it('are told of an execution limit that the other ran into', async () => {
    await startChain([{ id: 'slow-a' }, { id: 'slow-b', limits: { max_execution_time: '1' } }]);
    const params = [1, anHour] as [number, number];
    await expect(call(invoker, { ...address('slow-a'), func: wait, params })).rejects.toThrow(
      /on slow-b by link default: the peer failed: component "slow-b", .* wait: the invocation was ended: .*1000 ms/,
    );
  });

  it('are told when the other is stopped under their call', async () => {
    await startChain([{ id: 'stop-a' }, { id: 'stop-b', maxInstances: 1 }]);
    const broken = call(invoker, { ...address('stop-a'), func: wait, params: [1, anHour] });
    broken.catch(() => {});
    await expect
      .poll(() =>
        call(invoker, { ...address('stop-b'), func: count, params: [0], timeoutMs: 2_000 }).catch(String),
      )
      .toContain('did not answer within 2000 ms');
    await stop('stop-b');
    await expect(broken).rejects.toThrow(
      /on stop-b by link default: the peer failed: .*component 'stop-b' was stopped or replaced/,
    );
  });
});
