import { setImmediate } from 'node:timers/promises';
import {
  type CallContext,
  type CallHeaders,
  func,
  RpcError,
  type ServedHandle,
  type Server,
  t,
  type WitFunction,
  type WitResource,
} from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { RecordingLogger } from '@wasmlattice/test-support';
import type { EndSignal } from '@wasmlattice/wasm-runtime';
import type { ComponentInstance } from '@wasmlattice/wasm-runtime/engines';
import { InstanceHandles, planLatticeExports } from '@wasmlattice/wasm-runtime/lattice';
import { beforeEach, describe, expect, it } from 'vitest';
import { serveCustomExports } from '../exports/custom-exports.js';
import { besideHeaders } from './beside-header.js';
import { createOwner } from './handle-bytes.js';
import { holderHeaders } from './holder.js';
import { KeptInstances } from './kept-instances.js';

const instance = 'acme:math/counters@1.0.0';
const counter: WitResource = { instance, name: 'counter' };
const gauge: WitResource = { instance, name: 'gauge' };
const stream = { instance: 'wasi:io/streams@0.2.3', name: 'input-stream' };

const make = func('[constructor]counter', [['start', t.u32]], t.own(counter));
const add = func(
  '[method]counter.add',
  [
    ['self', t.borrow(counter)],
    ['n', t.u32],
  ],
  t.u32,
);
const merge = func(
  'merge',
  [
    ['text', t.string],
    ['all', t.list(t.borrow(counter))],
  ],
  t.u32,
);
const finish = func('finish', [['it', t.own(counter)]], t.u32);
const retire = func('retire', [['it', t.own(gauge)]], t.u32);
const watch = func(
  'watch',
  [
    ['self', t.borrow(counter)],
    ['data', t.own(stream)],
  ],
  t.u32,
);
const drop = func('counter.~drop', [['self', t.own(counter)]]);
const watchOnWire = func(
  'watch',
  [
    ['self', t.borrow(counter)],
    ['data', t.stream(t.u8)],
  ],
  t.u32,
);

const exported = planLatticeExports(
  {
    imports: [],
    exports: [
      { id: instance, functions: [make, add, merge, finish, watch, retire], resources: ['counter', 'gauge'] },
    ],
    importedFunctions: [],
    exportedFunctions: [],
  },
  () => false,
);

/** What a guest of one instance does, without a guest. */
class Guest implements ComponentInstance {
  /** How many were ever made. */
  static made = 0;
  readonly log: string[];
  readonly gate: { wait?: Promise<void> };

  constructor(log: string[], gate: { wait?: Promise<void> }) {
    this.log = log;
    this.gate = gate;
    Guest.made++;
  }

  async call(_id: string, name: string, params: readonly unknown[]): Promise<unknown> {
    this.log.push(`begin ${name}`);
    await this.gate.wait;
    this.log.push(`end ${name}`);
    const [first, second] = params as [Counter, number];
    switch (name) {
      case '[constructor]counter':
        return new Counter(this, first as unknown as number);
      case '[method]counter.add':
        first.value += second;
        if (first.value > 1000) throw new Error('the guest trapped');
        return first.value;
      case 'merge':
        return (params[1] as Counter[]).reduce((sum, each) => sum + each.value, 0);
      case 'finish':
        return first.value;
      default:
        return 0;
    }
  }
}

class Counter {
  readonly guest: Guest;
  value: number;

  constructor(guest: Guest, value: number) {
    this.guest = guest;
    this.value = value;
  }

  [Symbol.dispose](): void {
    this.guest.log.push('destroyed');
  }
}

interface Timer {
  readonly callback: () => void;
  readonly ms: number;
}

/** One member of a component's group. */
class Member {
  readonly log: string[] = [];
  readonly gate: { wait?: Promise<void> } = {};
  running = 0;
  readonly logger = new RecordingLogger();
  askHolder: (holder: string) => Promise<void> = async () => {};
  /** Set while no instance may start: resolved when one may. */
  permit: Promise<void> | undefined;
  readonly timers = new Set<Timer>();
  /** Ends whatever runs. */
  readonly deadline = new AbortController();

  readonly run = async <T>(
    _headers: CallHeaders,
    signal: EndSignal,
    work: (guest: ComponentInstance, ended: EndSignal, parts: { handles: InstanceHandles }) => Promise<T>,
  ): Promise<T> => {
    await this.permit;
    signal.throwIfAborted();
    const over = new AbortController();
    const forward = (): void => over.abort(signal.reason);
    signal.addEventListener('abort', forward);
    this.deadline.signal.addEventListener('abort', () => over.abort(this.deadline.signal.reason));
    const handles = new InstanceHandles();
    handles.begin(over);
    this.running++;
    try {
      return await work(new Guest(this.log, this.gate), over.signal, { handles });
    } finally {
      this.running--;
      over.abort();
    }
  };

  readonly schedule = (callback: () => void, ms: number): (() => void) => {
    const timer = { callback, ms };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  /** Lets the time pass that some timer waits for. */
  elapse(ms: number): void {
    for (const timer of [...this.timers]) {
      if (timer.ms !== ms) continue;
      this.timers.delete(timer);
      timer.callback();
    }
  }

  async serve(server: Server): Promise<ServedHandle[]> {
    return await serveCustomExports({
      componentId: 'math',
      exports: exported,
      server,
      run: this.run,
      keptInstances: this.keptInstances(),
    });
  }

  keptInstances(maxHandles = 100): KeptInstances {
    return new KeptInstances({
      componentId: 'math',
      owner: createOwner(),
      askHolder: (holder) => this.askHolder(holder),
      ownResources: exported.ownResources,
      run: (headers, signal, work) => this.run(headers, signal, work),
      startClock: () => () => {},
      maxExecutionMs: 1_000,
      logger: this.logger,
      idleMs: 60_000,
      maxHandles,
      schedule: this.schedule,
    });
  }
}

type Call = (declared: WitFunction, ...params: unknown[]) => Promise<unknown>;

function caller(keptInstances: KeptInstances, overrides: Partial<CallContext> = {}): Call {
  const context: CallContext = {
    headers: {},
    signal: new AbortController().signal,
    waitUntil: () => {},
    onUndelivered: () => {},
    ...overrides,
  };
  return (declared, ...params) => {
    const found = exported.functions.find((each) => each.func === declared);
    if (found === undefined) throw new Error(`${declared.name} is not exported`);
    return keptInstances.call(found, params, context);
  };
}

function beside(handle: unknown): Partial<CallContext> {
  return { headers: { ...besideHeaders(handle as Uint8Array) } };
}

let member: Member;
let keptInstances: KeptInstances;
let call: Call;

beforeEach(() => {
  Guest.made = 0;
  member = new Member();
  keptInstances = member.keptInstances();
  call = caller(keptInstances);
});

describe('an instance with resources that others hold', () => {
  it('lives until the last of them is dropped or given away', async () => {
    const one = (await call(make, 40)) as Uint8Array;
    expect(await call(add, one, 2)).toBe(42);
    expect([Guest.made, member.running]).toEqual([1, 1]);
    await keptInstances.drop(one);
    expect(member.log.at(-1)).toBe('destroyed');
    await expect.poll(() => member.running).toBe(0);
    const other = await call(make, 7);
    expect(await call(finish, other)).toBe(7);
    await expect.poll(() => member.running).toBe(0);
    await expect(call(add, other, 1)).rejects.toThrow('was dropped, given away, or expired');
  });

  it('ends when those who held its resources are gone, and not when they can not be asked', async () => {
    const holder = createOwner();
    const headers = { 'source-id': 'caller', ...holderHeaders(holder) };
    const one = await caller(keptInstances, { headers })(make, 1);
    const other = (await call(make, 2)) as Uint8Array;
    const names = { target: `caller.owner-${holder}`, instance: '', func: 'alive' };
    const asked: string[] = [];
    const ask = async (failure: Error | undefined): Promise<void> => {
      member.askHolder = async (name) => {
        asked.push(name);
        if (failure !== undefined) throw failure;
      };
      member.elapse(2_000);
      await setImmediate();
    };
    const nobody = new RpcError('not-found', names, 'nobody listens');
    const silence = new RpcError('timeout', names, 'no answer');
    for (const failure of [nobody, nobody, undefined, nobody, nobody, silence, nobody, nobody]) {
      await ask(failure);
    }
    expect(keptInstances.stats).toEqual({ instances: 2, handles: 2 });
    await ask(nobody);
    await expect.poll(() => member.running).toBe(1);
    await expect(call(add, one, 1)).rejects.toThrow('was dropped, given away, or expired');
    expect(await call(add, other, 1)).toBe(3);
    expect(new Set(asked)).toEqual(new Set([names.target]));
    expect(member.logger.records).toMatchObject([
      { level: 'warn', fields: { caller: names.target, handles: 1 } },
    ]);
    // Nobody is left to be asked.
    expect([...member.timers].filter(({ ms }) => ms === 2_000)).toEqual([]);
  });

  it('asks nobody whose name could be no holder', async () => {
    for (const [source, holder] of [
      ['a.b', createOwner()],
      ['*', createOwner()],
      ['caller', 'x'],
    ] as const) {
      await caller(keptInstances, { headers: { 'source-id': source, ...holderHeaders(holder) } })(make, 1);
    }
    expect([...member.timers].filter(({ ms }) => ms === 2_000)).toEqual([]);
  });

  it('makes another resource for who holds one of it already', async () => {
    const one = await call(make, 1);
    const other = await caller(keptInstances, beside(one))(make, 2);
    expect(Guest.made).toBe(1);
    expect(await call(merge, '', [one, other])).toBe(3);
    expect(keptInstances.stats).toEqual({ instances: 1, handles: 2 });
    await Promise.all([one, other].map((each) => keptInstances.drop(each as Uint8Array)));
    await expect.poll(() => member.running).toBe(0);
    expect(keptInstances.stats).toEqual({ instances: 0, handles: 0 });
  });

  it('is a new one for who names a handle that is no longer good', async () => {
    const one = await call(make, 1000);
    const { promise, resolve } = Promise.withResolvers<void>();
    member.gate.wait = promise;
    const trapping = call(add, one, 1);
    const waiting = caller(keptInstances, beside(one))(make, 2);
    resolve();
    await expect(trapping).rejects.toThrow('the guest trapped');
    expect(await call(add, await waiting, 1)).toBe(3);
    expect(await call(add, await caller(keptInstances, beside(one))(make, 5), 1)).toBe(6);
    expect(Guest.made).toBe(3);
  });

  it('takes back what its caller does not get', async () => {
    const undoes: (() => void)[] = [];
    const lost = caller(keptInstances, { onUndelivered: (undo) => undoes.push(undo) });
    await lost(make, 1);
    expect(keptInstances.stats).toEqual({ instances: 1, handles: 1 });
    for (const undo of undoes) undo();
    await expect.poll(() => member.running).toBe(0);
    expect(member.log.at(-1)).toBe('destroyed');
    expect(keptInstances.stats).toEqual({ instances: 0, handles: 0 });
  });

  it('ends amid a call once its caller has left and dropped all there was', async () => {
    const one = (await call(make, 1)) as Uint8Array;
    const leaving = new AbortController();
    const besides = caller(keptInstances, { ...beside(one), signal: leaving.signal });
    const other = (await besides(make, 2)) as Uint8Array;
    member.gate.wait = new Promise(() => {});
    besides(add, one, 1).catch(() => {});
    await expect.poll(() => member.log.at(-1)).toBe('begin [method]counter.add');
    leaving.abort(new Error('left'));
    const drops = [one, one, other].map((each) => keptInstances.drop(each).catch(() => {}));
    await expect.poll(() => keptInstances.stats).toEqual({ instances: 0, handles: 0 });
    // The guest of this test can't be ended.
    expect(drops).toHaveLength(3);
  });

  it('goes on with a call whose caller has left while somebody else holds a handle', async () => {
    const one = (await call(make, 1)) as Uint8Array;
    const leaving = new AbortController();
    const other = (await caller(keptInstances, beside(one))(make, 2)) as Uint8Array;
    const { promise, resolve } = Promise.withResolvers<void>();
    member.gate.wait = promise;
    const running = caller(keptInstances, { signal: leaving.signal })(add, one, 1);
    await expect.poll(() => member.log.at(-1)).toBe('begin [method]counter.add');
    leaving.abort(new Error('left'));
    const dropped = Promise.all([one, one].map((each) => keptInstances.drop(each)));
    resolve();
    expect(await running).toBe(2);
    await dropped;
    expect(await call(add, other, 1)).toBe(3);
  });

  it('is there for its own callers only', async () => {
    const [one, other] = await Promise.all([call(make, 1), call(make, 2)]);
    expect(Guest.made).toBe(2);
    expect([await call(add, one, 0), await call(add, other, 0)]).toEqual([1, 2]);
    await expect(call(merge, '', [one, other])).rejects.toThrow('of two instances');
    expect(await call(merge, '', [one, one])).toBe(2);
  });

  it('serves one call after the other', async () => {
    const one = await call(make, 0);
    const { promise, resolve } = Promise.withResolvers<void>();
    member.gate.wait = promise;
    member.log.length = 0;
    const calls = Promise.all([call(add, one, 1), call(add, one, 1), keptInstances.drop(one as Uint8Array)]);
    resolve();
    expect((await calls).slice(0, 2)).toEqual([1, 2]);
    const name = '[method]counter.add';
    expect(member.log).toEqual([`begin ${name}`, `end ${name}`, `begin ${name}`, `end ${name}`, 'destroyed']);
  });

  it('expires when nobody calls it for a while', async () => {
    const one = await call(make, 1);
    await call(add, one, 1);
    expect([...member.timers].map(({ ms }) => ms)).toEqual([60_000]);
    member.elapse(60_000);
    await expect.poll(() => member.running).toBe(0);
    await expect(call(add, one, 1)).rejects.toThrow('expired');
  });

  it('is gone with all that it kept when its guest traps, or one call takes too long', async () => {
    const [one, other] = await Promise.all([call(make, 1000), call(make, 1)]);
    await expect(call(add, one, 1)).rejects.toThrow('the guest trapped');
    await expect(call(add, one, 1)).rejects.toThrow('its instance failed');
    member.gate.wait = new Promise(() => {});
    const endless = call(add, other, 1);
    await expect.poll(() => member.log.at(-1)).toBe('begin [method]counter.add');
    member.elapse(1_000);
    await expect(call(add, other, 1)).rejects.toThrow('no resource of this handle');
    endless.catch(() => {});
  });

  it('outlives the end of its component for as long as somebody holds a handle', async () => {
    const [one, other] = await Promise.all([call(make, 1), call(make, 1)]);
    const closed = keptInstances.close();
    await expect(call(make, 1)).rejects.toThrow('is being stopped');
    expect(await Promise.all([call(add, one, 1), call(add, other, 2)])).toEqual([2, 3]);
    await keptInstances.drop(one as Uint8Array);
    expect(await call(add, other, 1)).toBe(4);
    await keptInstances.drop(other as Uint8Array);
    await closed;
    await expect.poll(() => member.running).toBe(0);
    expect(member.timers.size).toBe(0);
  });

  it('ends with the time that its component has to stop', async () => {
    const one = await call(make, 1);
    const closed = keptInstances.close();
    member.deadline.abort(new Error('it took too long'));
    await closed;
    await expect(call(add, one, 1)).rejects.toThrow('has no resource of this handle');
    expect(member.timers.size).toBe(0);
  });

  it('is bounded in number: who asks for more is refused', async () => {
    const few = member.keptInstances(2);
    const callFew = caller(few);
    const [one] = await Promise.all([callFew(make, 1), callFew(make, 2)]);
    await expect(callFew(make, 3)).rejects.toThrow("component 'math' keeps 2 resources");
    expect(Guest.made).toBe(2);
    await few.drop(one as Uint8Array);
    await callFew(make, 3);
  });

  it('is not waited for without end, and the log says who has the places', async () => {
    const one = await call(make, 1);
    const permit = Promise.withResolvers<void>();
    member.permit = permit.promise;
    const waiting = call(make, 2);
    member.elapse(5_000);
    permit.resolve();
    await expect(waiting).rejects.toMatchObject({ name: 'OverloadedError', budget: 'kept-instances' });
    expect(member.logger.records).toMatchObject([
      { level: 'warn', fields: { function: `${instance}.[constructor]counter`, kept: 1, handles: 1 } },
    ]);
    expect(await call(add, one, 0)).toBe(1);
  });

  it('is not found by handles that nobody gave out', async () => {
    const one = (await call(make, 1)) as Uint8Array;
    for (const bad of [new Uint8Array(), new Uint8Array(24), one.subarray(1), Buffer.concat([one, one])]) {
      await expect(call(add, bad, 1)).rejects.toThrow('handle');
    }
    expect(await call(add, one, 0)).toBe(1);
  });

  it('keeps a resource whose handle is given where another kind belongs', async () => {
    const one = await call(make, 1);
    await expect(call(retire, one)).rejects.toThrow('the handle is one of a counter, not of a gauge');
    expect(await call(add, one, 1)).toBe(2);
    expect(await call(finish, one)).toBe(2);
    await expect.poll(() => member.running).toBe(0);
  });

  it('does not run a call whose caller has left, and ends an instance nobody waits for', async () => {
    const one = await call(make, 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    member.gate.wait = promise;
    const first = call(add, one, 1);
    const leaving = new AbortController();
    const leavingCall = caller(keptInstances, { signal: leaving.signal });
    const second = leavingCall(add, one, 1);
    const third = leavingCall(make, 1);
    leaving.abort(new Error('left'));
    resolve();
    expect(await first).toBe(2);
    await expect(second).rejects.toThrow('left');
    third.catch(() => {});
    await expect.poll(() => member.running).toBe(1);
    expect(await call(add, one, 0)).toBe(2);
  });
});

describe('a component on two hosts', () => {
  async function start(): Promise<{
    members: Member[];
    invoke: Call;
    makeBeside(handle: unknown, start: number): Promise<unknown>;
    stopFirst(): Promise<void>;
  }> {
    const lattice = new MemoryLattice();
    const invoker = createMemoryInvoker({ lattice });
    const members = [new Member(), new Member()];
    const served: ServedHandle[][] = [];
    for (const each of members) {
      served.push(await each.serve(createMemoryServer({ lattice })));
    }
    return {
      members,
      invoke: (declared, ...params) => invoker.invoke({ target: 'math', instance, func: declared, params }),
      makeBeside: (handle, start) =>
        invoker.invoke({
          target: 'math',
          instance,
          func: make,
          params: [start],
          headers: { ...besideHeaders(handle as Uint8Array) },
        }),
      stopFirst: async () => {
        await Promise.all((served[0] ?? []).map((each) => each.close()));
      },
    };
  }

  it('calls each resource where it is, whichever member gets the call', async () => {
    const { invoke, members } = await start();
    const all = await Promise.all([1, 2, 3, 4].map((start) => invoke(make, start)));
    expect(members.map(({ running }) => running)).toEqual([2, 2]);
    for (const n of [1, 2, 3]) {
      expect(await Promise.all(all.map((one) => invoke(add, one, 1)))).toEqual([1 + n, 2 + n, 3 + n, 4 + n]);
    }
    expect(await invoke(merge, 'x', [all[0]])).toBe(4);
    await Promise.all(all.map((one) => invoke(drop, one)));
    await expect.poll(() => members.map(({ running }) => running)).toEqual([0, 0]);
  });

  it('makes what is to be beside a resource where that is, and elsewhere once its keeper is gone', async () => {
    const { invoke, makeBeside, members, stopFirst } = await start();
    const both = await Promise.all([invoke(make, 1), invoke(make, 2)]);
    for (const one of both) {
      const more = [await makeBeside(one, 10), await makeBeside(one, 20), await makeBeside(one, 30)];
      expect(await invoke(merge, '', [one, ...more])).toBeGreaterThan(60);
    }
    expect(members.map(({ running }) => running)).toEqual([1, 1]);
    members[0]?.deadline.abort(new Error('it is gone'));
    await stopFirst();
    for (const one of both) expect(await invoke(add, await makeBeside(one, 1), 1)).toBe(2);
  });

  it('keep serving who holds a handle while one of them stops', async () => {
    const { invoke, members, stopFirst } = await start();
    const both = await Promise.all([invoke(make, 1), invoke(make, 2)]);
    expect(members.map(({ running }) => running)).toEqual([1, 1]);
    const stopped = stopFirst();
    expect(await Promise.all(both.map((one) => invoke(add, one, 10)))).toEqual([11, 12]);
    const further = await Promise.all([invoke(make, 3), invoke(make, 4)]);
    expect(members.map(({ running }) => running)).toEqual([1, 3]);
    await Promise.all([...both, ...further].map((one) => invoke(drop, one)));
    await stopped;
    await expect.poll(() => members.map(({ running }) => running)).toEqual([0, 0]);
  });

  it('says what happened once the member that kept a resource is gone', async () => {
    const { invoke, members, stopFirst } = await start();
    const [one, other] = await Promise.all([invoke(make, 1), invoke(make, 2)]);
    members[0]?.deadline.abort(new Error('it is gone'));
    await stopFirst();
    const outcomes = await Promise.allSettled([invoke(add, one, 1), invoke(add, other, 1)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const failed = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(failed.reason).toMatchObject({ code: 'terminated' });
    expect(String(failed.reason)).toContain('the member that this call belongs to is gone');
  });

  it('keeps a stream among the parameters open for as long as the guest wants it', async () => {
    const { invoke, members } = await start();
    const one = await invoke(make, 1);
    const left = Promise.withResolvers<void>();
    const data = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          left.resolve();
          return { done: true, value: undefined } as const;
        },
      }),
    };
    expect(await invoke(watchOnWire, one, data)).toBe(0);
    expect(await invoke(add, one, 1)).toBe(2);
    await invoke(drop, one);
    await left.promise;
    await expect.poll(() => members.map(({ running }) => running)).toEqual([0, 0]);
  });
});
