import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildHandleGuests,
  callerInterface,
  countersInterface,
  lettersInterface,
  streamsInterface,
} from '@wasmlattice/handle-guests';
import { call, func, type Invoker, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startComponent } from '../src/deploy.js';
import { callByHand } from '../src/foreign-caller.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { peakMemory, resetPeakMemory } from '../src/process-memory.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const counter = { instance: countersInterface, name: 'counter' };
const sized = t.result(t.u64, t.string);

/** The caller's own functions, as they are on the wire. */
const relay = {
  measure: func('measure', [['data', t.stream(t.u8)]], sized),
  first: func(
    'first',
    [
      ['data', t.stream(t.u8)],
      ['length', t.u64],
    ],
    sized,
  ),
  echo: func('echo', [['data', t.stream(t.u8)]], t.stream(t.u8)),
  ignore: func('ignore', [['data', t.stream(t.u8)]]),
  count: func(
    'count',
    [
      ['start', t.u32],
      ['times', t.u32],
    ],
    t.u32,
  ),
  countAndFinish: func(
    'count-and-finish',
    [
      ['start', t.u32],
      ['times', t.u32],
    ],
    t.u32,
  ),
  leave: func('leave', [['start', t.u32]], t.u32),
};

/** What the callee exports. */
const counters = {
  make: func('[constructor]counter', [['start', t.u32]], t.own(counter)),
  add: func(
    '[method]counter.add',
    [
      ['self', t.borrow(counter)],
      ['n', t.u32],
    ],
    t.u32,
  ),
  measure: func(
    '[method]counter.measure',
    [
      ['self', t.borrow(counter)],
      ['data', t.stream(t.u8)],
    ],
    t.u32,
  ),
  twin: func('twin', [['of', t.borrow(counter)]], t.tuple(t.u32, t.own(counter))),
  crash: func('crash', [['any', t.borrow(counter)]]),
  drop: func('counter.~drop', [['self', t.own(counter)]]),
};
const parcel = t.record({
  label: t.string,
  contents: t.list(t.stream(t.u8)),
  extra: t.option(t.stream(t.u8)),
});
const unpack = func('unpack', [['parcel', parcel]], t.list(t.stream(t.u8)));

const calleeAddress = { target: 'callee', instance: countersInterface };
const callerAddress = { target: 'caller', instance: callerInterface };

/** Two hosts that run the callee, the first of them the caller, too. */
interface Pair extends AsyncDisposable {
  readonly scenario: Scenario;
  readonly second: HostProcess;
  readonly invoker: Invoker;
}

let folder: TempDir;
let files: Readonly<Record<'callee' | 'caller' | 'writer', string>>;
/** What no test harms. */
let pair: Pair;
let invoker: Invoker;

async function startPair(more: readonly string[] = []): Promise<Pair> {
  await using started = new AsyncDisposableStack();
  // What this watches are the calls between members; two components of one host would keep theirs in their thread.
  const args = ['--local-rpc', 'off', ...more];
  const scenario = started.use(await startScenario({ args }));
  const { host, lattice, nats } = scenario;
  const second = started.use(await startHost({ nats, args }));
  await startComponent(lattice, host, { id: 'caller', wasm: files.caller, maxInstances: 64 });
  await startComponent(lattice, host, { id: 'callee', wasm: files.callee, maxInstances: 64 });
  await startComponent(lattice, second, { id: 'callee', wasm: files.callee, maxInstances: 64 });
  await lattice.succeed('link.put', {
    source_id: 'caller',
    target: 'callee',
    name: 'default',
    wit_namespace: 'test',
    wit_package: 'handles',
    interfaces: ['streams', 'counters'],
  });
  const calls = createNatsInvoker({
    connection: lattice.connection,
    lattice: 'default',
    timeoutMs: 60_000,
  });
  // Either host may have taken the link; the other sees it a moment later.
  await vi.waitFor(() => call(calls, { ...callerAddress, func: relay.count, params: [0, 1] }), {
    timeout: 60_000,
  });
  const all = started.move();
  return { scenario, second, invoker: calls, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Subjects of all calls of the callee from now on. */
async function listen(): Promise<{ readonly subjects: readonly string[] } & Disposable> {
  const { connection } = pair.scenario.lattice;
  const subjects: string[] = [];
  const listener = connection.subscribe('default.callee.>', {
    callback: (_error, { subject }) => void subjects.push(subject),
  });
  await connection.flush();
  return { subjects, [Symbol.dispose]: () => listener.unsubscribe() };
}

beforeAll(async () => {
  folder = await createTempDir();
  const guests = await buildHandleGuests();
  const fileOf = (name: keyof typeof files): string => join(folder.path, `${name}.wasm`);
  files = { callee: fileOf('callee'), caller: fileOf('caller'), writer: fileOf('writer') };
  for (const name of ['callee', 'caller', 'writer'] as const) await writeFile(files[name], guests[name]);
  pair = await startPair();
  ({ invoker } = pair);
});
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** So many chunks of 64 KiB; tells when its reader has left. */
function data(chunks = Number.POSITIVE_INFINITY): { stream: AsyncIterable<Uint8Array>; left: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const chunk = new Uint8Array(65_536);
  const stream = (async function* () {
    try {
      for (let i = 0; i < chunks; i++) yield chunk;
    } finally {
      resolve();
    }
  })();
  return { stream, left: promise };
}

describe('a component whose instances are all kept for their resources', () => {
  it('refuses ordinary calls soon, and serves them when a resource was dropped', async () => {
    const { scenario } = pair;
    await startComponent(scenario.lattice, scenario.host, {
      id: 'small',
      wasm: files.callee,
      maxInstances: 2,
    });
    const address = { target: 'small', instance: countersInterface };
    const held = await Promise.all(
      [1, 2].map((n) => call(invoker, { ...address, func: counters.make, params: [n] })),
    );
    const contents = (): Promise<AsyncIterable<Uint8Array>[]> =>
      call(invoker, {
        target: 'small',
        instance: streamsInterface,
        func: unpack,
        params: [{ label: 'x', contents: [bytes('a')], extra: undefined }],
      });
    await expect(contents()).rejects.toMatchObject({
      code: 'overloaded',
      message: expect.stringContaining('all 2 of its instances are kept for resources that callers hold'),
    });
    for (const one of held) await call(invoker, { ...address, func: counters.drop, params: [one] });
    expect(await Promise.all((await contents()).map(textOf))).toEqual(['a']);
  });
});

describe('a stream through two components', () => {
  it('arrives whole, there and back', async () => {
    const params = [bytes('hello ', 'world')] as [AsyncGenerator<Uint8Array>];
    expect(await call(invoker, { ...callerAddress, func: relay.measure, params })).toEqual({
      tag: 'ok',
      val: 11n,
    });
    const echoed = await call(invoker, {
      ...callerAddress,
      func: relay.echo,
      params: [bytes('hello ', 'world')],
    });
    expect(await textOf(echoed)).toBe('hello world');
  });

  it('may be in lists, options and records', async () => {
    const streams = await call(invoker, {
      target: 'callee',
      instance: streamsInterface,
      func: unpack,
      params: [{ label: 'x', contents: [bytes('a', 'b'), bytes('c')], extra: bytes('d') }],
    });
    expect(await Promise.all(streams.map(textOf))).toEqual(['ab', 'c', 'd']);
  });

  it('goes at the pace of its reader, and ends at its source when the last component leaves', async () => {
    const { stream, left } = data();
    const params = [stream, 100_000n] as [AsyncIterable<Uint8Array>, bigint];
    const size = await call(invoker, { ...callerAddress, func: relay.first, params });
    expect(size).toMatchObject({ tag: 'ok' });
    await left;
  });

  it('ends at its source when a component drops what came back', async () => {
    const { stream, left } = data();
    await call(invoker, { ...callerAddress, func: relay.ignore, params: [stream] });
    await left;
  });

  it('ends at its source when the caller leaves the answer', async () => {
    const { stream, left } = data();
    const echoed = await call(invoker, { ...callerAddress, func: relay.echo, params: [stream] });
    for await (const chunk of echoed) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await left;
  });

  it('breaks off for the reader when its source fails', async () => {
    const broken = (async function* () {
      yield Buffer.from('half');
      throw new Error('the disk is gone');
    })();
    await expect(call(invoker, { ...callerAddress, func: relay.measure, params: [broken] })).rejects.toThrow(
      'the disk is gone',
    );
  });

  it('may be one of the component model, which its writer feeds after the answer', async () => {
    await startComponent(pair.scenario.lattice, pair.second, { id: 'writer', wasm: files.writer });
    const letters = await call(invoker, {
      target: 'writer',
      instance: lettersInterface,
      func: func('repeat', [['times', t.u32]], t.stream(t.u8)),
      params: [1000],
    });
    expect(await textOf(letters)).toBe('abc'.repeat(1000));
  });

  it('of 100 MB is never in memory as a whole', async () => {
    const { pid } = pair.scenario.host.child;
    const mebibyte = 1024 * 1024;
    const measure = (mebibytes: number) =>
      call(invoker, { ...callerAddress, func: relay.measure, params: [data(mebibytes * 16).stream] });
    // The first takes heaps and buffers to what streaming needs, whatever the size; what is kept of a stream would show after it.
    await measure(60);
    const before = await resetPeakMemory(pid);
    // A call between components has ten seconds.
    expect(await measure(100)).toEqual({ tag: 'ok', val: BigInt(100 * mebibyte) });
    const grown = (await peakMemory(pid)) - before;
    expect(grown).toBeLessThan(60 * mebibyte);
  });
});

describe('a resource of a component on two hosts', () => {
  it('is used where it was made, whichever host gets the call', async () => {
    using heard = await listen();
    const runs = Array.from({ length: 16 }, (_, i) => i);
    const params = (i: number): [number, number] => [i * 100, 6];
    const counted = runs.map((i) =>
      call(invoker, { ...callerAddress, func: relay.count, params: params(i) }),
    );
    expect(await Promise.all(counted)).toEqual(runs.map((i) => i * 100 + 6));
    const finished = runs.map((i) =>
      call(invoker, { ...callerAddress, func: relay.countAndFinish, params: params(i) }),
    );
    expect(await Promise.all(finished)).toEqual(runs.map((i) => i * 100 + 6));
    // Members of the group had calls to hand on.
    const owners = new Set(
      heard.subjects.flatMap((subject) => /^default\.callee\.(owner-[^.]+)\./.exec(subject)?.[1] ?? []),
    );
    expect(owners.size).toBeGreaterThanOrEqual(2);
  });

  it('is dropped when a component drops it, and when one ends without', async () => {
    using heard = await listen();
    expect(await call(invoker, { ...callerAddress, func: relay.count, params: [1, 1] })).toBe(2);
    expect(await call(invoker, { ...callerAddress, func: relay.leave, params: [1] })).toBe(2);
    const drop = `default.callee.wrpc.0.0.1.${countersInterface}.counter.~drop`;
    await expect.poll(() => heard.subjects.filter((subject) => subject === drop).length).toBe(2);
  });

  it('is opaque bytes to a peer of another implementation', async () => {
    const subject = `default.callee.wrpc.0.0.1.${countersInterface}`;
    const { connection } = pair.scenario.lattice;
    const made = await callByHand(connection, `${subject}.counter`, '28');
    made.send('', '');
    const { hex } = await made.results('');
    expect(hex).toMatch(/^18[0-9a-f]{48}$/);
    for (const expected of ['29', '2a', '2b', '2c']) {
      const added = await callByHand(connection, `${subject}.counter.add`, `${hex}01`);
      added.send('', '');
      expect((await added.results('')).hex).toBe(expected);
    }
  });

  it('makes further ones, takes streams, and is gone after its guest trapped', async () => {
    const invoke = <R>(declared: unknown, ...params: unknown[]): Promise<R> =>
      invoker.invoke({ ...calleeAddress, func: declared as typeof counters.add, params }) as Promise<R>;
    const one = await invoke<Uint8Array>(counters.make, 5);
    const [value, twin] = await invoke<[number, Uint8Array]>(counters.twin, one);
    expect([value, await invoke(counters.add, twin, 1), await invoke(counters.add, one, 2)]).toEqual([
      5, 6, 7,
    ]);
    expect(await invoke(counters.measure, one, bytes('1234', '567'))).toBe(14);
    await invoke(counters.drop, one);
    await expect(invoke(counters.add, one, 1)).rejects.toThrow('has no resource of this handle');
    await expect(invoke(counters.crash, twin)).rejects.toThrow('the guest trapped');
    await expect(invoke(counters.add, twin, 1)).rejects.toThrow('has no resource of this handle');
  });

  it('is gone with its host, and its callers are told', async () => {
    // Each thread keeps its own: two keepers are two hosts.
    await using own = await startPair(['--serving-threads', '1']);
    const made: Uint8Array[] = [];
    while (new Set(made.map(keeperOf)).size < 2) {
      made.push(await call(own.invoker, { ...calleeAddress, func: counters.make, params: [1] }));
    }
    await own.second[Symbol.asyncDispose]();
    await own.scenario.lattice.gone(own.second);
    const outcomes = await Promise.allSettled(
      made.map((one) => call(own.invoker, { ...calleeAddress, func: counters.add, params: [one, 1] })),
    );
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(made.length);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'terminated' });
      expect(String(failure)).toContain('the member that this call belongs to is gone');
    }
  });

  it('is served by the code that made it while its component is updated', async () => {
    const { host, lattice } = pair.scenario;
    const address = { ...calleeAddress, target: 'updated' };
    const copy = join(folder.path, 'callee-copy.wasm');
    await copyFile(files.callee, copy);
    await startComponent(lattice, host, { id: 'updated', wasm: files.callee, maxInstances: 8 });
    const one = await call(invoker, { ...address, func: counters.make, params: [1] });
    const updated = lattice.nextEvent('component_scaled', {
      component_id: 'updated',
      image_ref: `file://${copy}`,
    });
    await lattice.succeed(`component.update.${host.id}`, {
      component_id: 'updated',
      new_component_ref: `file://${copy}`,
      host_id: host.id,
    });
    // Only dropping it ends the old code before its time, five seconds, is up.
    for (let expected = 2; expected <= 20; expected++) {
      expect(await call(invoker, { ...address, func: counters.add, params: [one, 1] })).toBe(expected);
    }
    await call(invoker, { ...address, func: counters.drop, params: [one] });
    await updated;
    const other = await call(invoker, { ...address, func: counters.make, params: [5] });
    expect(await call(invoker, { ...address, func: counters.add, params: [other, 1] })).toBe(6);
    await expect(call(invoker, { ...address, func: counters.add, params: [one, 1] })).rejects.toThrow();
  });

  it('does not keep its component from being stopped', async () => {
    const { host, lattice } = pair.scenario;
    const address = { ...calleeAddress, target: 'stopped' };
    await startComponent(lattice, host, { id: 'stopped', wasm: files.callee });
    const one = await call(invoker, { ...address, func: counters.make, params: [1] });
    const stopped = lattice.nextEvent('component_scaled', { component_id: 'stopped', max_instances: 0 });
    await lattice.succeed(`component.scale.${host.id}`, {
      component_id: 'stopped',
      component_ref: `file://${files.callee}`,
      count: 0,
      host_id: host.id,
    });
    await stopped;
    await expect(call(invoker, { ...address, func: counters.add, params: [one, 1] })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

/** The part of a handle that names who keeps the resource. */
function keeperOf(handle: Uint8Array): string {
  return Buffer.from(handle.subarray(0, 8)).toString('hex');
}
