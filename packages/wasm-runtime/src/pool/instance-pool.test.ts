import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EndSignal } from '../ending.js';
import { createDirectEngine } from '../engines/direct/index.js';
import type { CompiledComponent, ComponentInstance, Engine } from '../engines/engine.js';
import { createJcoEngine } from '../engines/jco/index.js';
import { InstantiationError, TrapError } from '../errors.js';
import { decodeComponent } from '../formats/component/index.js';
import type { InstanceContext } from '../host-functions/host-interface.js';
import { type Linkage, linkImports } from '../linker/linker.js';
import { buildCallsGuest, callsInterface, gateInterface } from '../testing/calls-guest.js';
import { testContext } from '../testing/context.js';
import { InstancePool, type InstancePoolOptions } from './instance-pool.js';
import type { InvocationContext } from './invocation-context.js';
import { OverloadedError } from './overloaded-error.js';
import type { StackBudget } from './thread-budgets.js';

/** Guests wait here until the test lets them go on. */
class TestGate {
  readonly #waiting = new Map<number, () => void>();
  #arrival = Promise.withResolvers<void>();

  readonly pass = (id: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(id, resolve);
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers<void>();
    return promise;
  };

  get ids(): number[] {
    return [...this.#waiting.keys()];
  }

  async holds(count: number): Promise<void> {
    while (this.#waiting.size < count) await this.#arrival.promise;
  }

  open(id: number): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  openAll(): void {
    for (const id of this.ids) this.open(id);
  }
}

let gate = new TestGate();
let linkage: Linkage;
let guest: Uint8Array;
let compiled: CompiledComponent;

beforeAll(async () => {
  guest = await buildCallsGuest();
  linkage = linkImports(decodeComponent(guest), {
    component: 'calls',
    interfaces: [gateInterface({ pass: (id) => gate.pass(id) })],
  });
});

afterEach(() => {
  gate = new TestGate();
});

const context: InvocationContext = testContext();

function createPool(options: Partial<InstancePoolOptions> = {}): InstancePool {
  return new InstancePool({ component: 'calls', compiled, linkage, maxInstances: 4, ...options });
}

function wait(pool: InstancePool, id: number, signal?: AbortSignal): Promise<unknown> {
  return pool.run(context, (instance) => call(instance, 'wait', id), signal === undefined ? {} : { signal });
}

function call(instance: ComponentInstance, func: string, ...params: unknown[]): Promise<unknown> {
  return instance.call(callsInterface, func, params);
}

const engines: readonly Engine[] = [createDirectEngine(), createJcoEngine()];

it('the instance pool tells of a guest that can not be instantiated', async () => {
  const failure = new InstantiationError('calls', new Error('unreachable'));
  const pool = createPool({
    compiled: { types: decodeComponent(guest), instantiate: () => Promise.reject(failure) },
  });
  const seen: unknown[] = [];
  const failing = pool.run(context, () => Promise.resolve(), { onFault: (fault) => seen.push(fault) });
  await expect(failing).rejects.toBe(failure);
  expect(seen).toEqual([failure]);
});

describe.each(engines)('the instance pool on engine $name', (engine) => {
  beforeAll(async () => {
    compiled = await engine.compile(guest, { component: 'calls', suspends: linkage.suspends });
  });

  it('gives each invocation fresh state', async () => {
    const pool = createPool();
    const count = (): Promise<unknown> => pool.run(context, (instance) => call(instance, 'count'));
    expect(await Promise.all([count(), count(), count()])).toEqual([1, 1, 1]);
    expect(await count()).toBe(1);
  });

  it('runs 4 of 64 at once, the others in the order of their arrival', async () => {
    const pool = createPool();
    const done: number[] = [];
    const runs = Array.from({ length: 64 }, (_, id) => wait(pool, id).then(() => done.push(id)));
    for (let next = 0; next < 64; next += 4) {
      await gate.holds(4);
      expect(gate.ids).toEqual([next, next + 1, next + 2, next + 3]);
      expect(pool.stats).toMatchObject({ maxInstances: 4, active: 4, waiting: 60 - next });
      gate.openAll();
    }
    await Promise.all(runs);
    expect(done).toEqual(Array.from({ length: 64 }, (_, id) => id));
    await pool.close();
    expect(pool.stats).toEqual({ maxInstances: 4, active: 0, waiting: 0, longestWaitMs: 0 });
  });

  it('ends a wait for a permit with the signal, without touching the others', async () => {
    const pool = createPool({ maxInstances: 1 });
    const running = wait(pool, 1);
    await gate.holds(1);
    const controller = new AbortController();
    const waiting = wait(pool, 2, controller.signal);
    controller.abort(new Error('caller left'));
    await expect(waiting).rejects.toThrow('caller left');
    expect(pool.stats).toMatchObject({ active: 1, waiting: 0 });
    gate.openAll();
    await running;
  });

  it('tells how each invocation ended, and not of what its caller ended or of instances that are kept', async () => {
    const over: boolean[] = [];
    const pool = createPool({
      maxInstances: 1,
      maxWaiting: 1,
      onOver: (ms, isOk) => {
        expect(ms).toBeGreaterThanOrEqual(0);
        over.push(isOk);
      },
    });
    const count = (instance: ComponentInstance): Promise<unknown> => call(instance, 'count');
    await pool.run(context, count);
    await pool.run(context, count, { hasFailed: () => true });
    await pool.run(context, count, { isKept: true });
    await expect(pool.run(context, (instance) => call(instance, 'trap'))).rejects.toThrow(TrapError);
    await pool.run(context, (instance) => call(instance, 'trap').catch(() => {}));
    expect(over).toEqual([true, false, false, false]);

    const running = wait(pool, 1);
    await gate.holds(1);
    const leaving = new AbortController();
    const left = wait(pool, 2, leaving.signal);
    await expect(wait(pool, 3)).rejects.toThrow(OverloadedError);
    leaving.abort(new Error('caller left'));
    await expect(left).rejects.toThrow('caller left');
    gate.openAll();
    await running;
    expect(over.slice(4)).toEqual([false, true]);
  });

  it('tells of a guest that traps once, before its caller learns of it', async () => {
    const pool = createPool();
    const seen: unknown[] = [];
    const failing = pool.run(
      context,
      async (instance) => {
        await call(instance, 'trap').catch((error: unknown) => seen.push(['caller', error]));
        await call(instance, 'count').catch(() => {});
        throw new Error('the work failed');
      },
      { onFault: (fault) => seen.push(['told', fault]) },
    );
    await expect(failing).rejects.toThrow('the work failed');
    const fault = expect.objectContaining({ name: 'TrapError', kind: 'trap', func: 'trap' });
    expect(seen).toEqual([
      ['told', fault],
      ['caller', fault],
    ]);
  });

  it('tells of a guest that is not done in time', async () => {
    const pool = createPool({ maxExecutionMs: 5 });
    const seen: unknown[] = [];
    const running = pool.run(context, (instance) => call(instance, 'wait', 1), {
      onFault: (fault) => seen.push(fault),
    });
    await expect(running).rejects.toThrow('in time');
    expect(seen).toEqual([
      expect.objectContaining({
        kind: 'aborted',
        cause: expect.objectContaining({ name: 'ExecutionTimeError' }),
      }),
    ]);
  });

  it('tells of no fault when a guest is ended from outside', async () => {
    const pool = createPool();
    const controller = new AbortController();
    const seen: unknown[] = [];
    const running = pool.run(context, (instance) => call(instance, 'wait', 1), {
      signal: controller.signal,
      onFault: (fault) => seen.push(fault),
    });
    await gate.holds(1);
    controller.abort(new Error('caller left'));
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    expect(seen).toEqual([]);
  });

  it('ends a running guest with the signal and gives its permit to the next', async () => {
    const pool = createPool({ maxInstances: 1 });
    const controller = new AbortController();
    const running = wait(pool, 1, controller.signal);
    const next = wait(pool, 2);
    await gate.holds(1);
    controller.abort(new Error('caller left'));
    await expect(running).rejects.toMatchObject({ name: 'TrapError', kind: 'aborted' });
    await gate.holds(2);
    gate.open(2);
    await next;
  });

  it('ends a guest that runs longer than the limit', async () => {
    const exceeded: string[] = [];
    const pool = createPool({ maxExecutionMs: 5, onExceeded: (limit) => exceeded.push(limit) });
    await expect(wait(pool, 1)).rejects.toThrow(
      'component "calls" did not complete an invocation in time; its limit "execution-time" is 5 ms',
    );
    expect(exceeded).toEqual(['execution-time']);
    expect(pool.stats.active).toBe(0);
  });

  it('gives the permit back after a trap', async () => {
    const pool = createPool({ maxInstances: 1 });
    await expect(pool.run(context, (instance) => call(instance, 'trap'))).rejects.toMatchObject({
      name: 'TrapError',
    });
    expect(await pool.run(context, (instance) => call(instance, 'count'))).toBe(1);
  });

  it('keeps the permit while a guest goes on after its answer was taken', async () => {
    const pool = createPool({ maxInstances: 1 });
    let ended: Promise<unknown> = Promise.resolve();
    const answer = await pool.run(context, async (instance) => {
      ended = call(instance, 'wait', 1);
      await gate.holds(1);
      return 'answer';
    });
    expect(answer).toBe('answer');
    expect(pool.stats.active).toBe(1);
    gate.openAll();
    await ended;
    await pool.close();
    expect(pool.stats.active).toBe(0);
  });

  it('ends the guest when the work on it fails', async () => {
    const pool = createPool();
    let ended: Promise<unknown> = Promise.resolve();
    const run = pool.run(context, async (instance) => {
      ended = call(instance, 'wait', 1).catch((error: unknown) => error);
      await gate.holds(1);
      throw new Error('client disconnected');
    });
    await expect(run).rejects.toThrow('client disconnected');
    expect(await ended).toMatchObject({ kind: 'aborted' });
  });

  it('tells host functions when the invocation is over', async () => {
    const signals: EndSignal[] = [];
    const pool = createPool({
      linkage: {
        bind: (bound) => {
          signals.push(bound.signal);
          return linkage.bind(bound);
        },
      },
    });
    await pool.run(context, async (instance, signal) => {
      signals.push(signal);
      expect(signal.aborted).toBe(false);
      await call(instance, 'count');
    });
    await pool.close();
    const over = expect.objectContaining({ name: 'InvocationOverError' });
    expect(signals.map(({ reason }) => reason)).toEqual([over, over]);
  });

  it('follows a change of its size', async () => {
    const pool = createPool({ maxInstances: 1 });
    const runs = [wait(pool, 1), wait(pool, 2)];
    await gate.holds(1);
    pool.resize(2);
    await gate.holds(2);
    gate.openAll();
    await Promise.all(runs);
  });

  it('drains what it accepted, then refuses; closing twice is fine', async () => {
    const pool = createPool({ maxInstances: 1 });
    const runs = [wait(pool, 1), wait(pool, 2)];
    await gate.holds(1);
    const closing = [pool.close(), pool.close()];
    await expect(wait(pool, 3)).rejects.toMatchObject({ name: 'PoolClosedError' });
    gate.open(1);
    await gate.holds(1);
    gate.open(2);
    await Promise.all([...runs, ...closing, pool.close()]);
  });

  it('ends what is left when the drain is cut short', async () => {
    const pool = createPool({ maxInstances: 1 });
    const runs = Promise.allSettled([wait(pool, 1), wait(pool, 2)]);
    await gate.holds(1);
    await pool.close({ signal: AbortSignal.abort(new Error('grace period is over')) });
    const reasons = (await runs).map((outcome) =>
      outcome.status === 'rejected' ? String(outcome.reason) : '',
    );
    expect(reasons).toEqual([
      expect.stringContaining('grace period is over'),
      expect.stringContaining('grace period is over'),
    ]);
  });
});

describe('the instance pool and the stacks of guests', () => {
  /** Room for so many. */
  class TestStacks implements StackBudget {
    readonly #room: number;
    used = 0;
    most = 0;

    constructor(room: number) {
      this.#room = room;
    }

    enter(component: string): void {
      if (this.used === this.#room) {
        throw new OverloadedError({ component, budget: 'suspended-stacks', reason: 'no room' });
      }
      this.used++;
      this.most = Math.max(this.most, this.used);
    }

    leave(): void {
      this.used--;
    }
  }

  beforeAll(async () => {
    compiled = await createDirectEngine().compile(guest, { component: 'calls', suspends: linkage.suspends });
  });

  it('gives a permit back before what outlives its invocation is done, and closes after that', async () => {
    let given: InstanceContext | undefined;
    const watching: Linkage = {
      ...linkage,
      bind: (bound) => {
        given = bound;
        return linkage.bind(bound);
      },
    };
    const pool = createPool({ maxInstances: 1, linkage: watching });
    const work = Promise.withResolvers<void>();
    const overdue = new AbortController();
    const runOnce = (): Promise<unknown> =>
      pool.run(context, (instance) => {
        given?.outlive?.((signal) => {
          signal.addEventListener('abort', () => work.resolve());
          return work.promise;
        });
        return call(instance, 'count');
      });
    expect([await runOnce(), await runOnce()]).toEqual([1, 1]);
    let isClosed = false;
    const closing = pool.close({ signal: overdue.signal }).then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    overdue.abort(new Error('grace period is over'));
    await closing;
  });

  it('needs a permit first, then room, and gives both back', async () => {
    const budgets = new TestStacks(1);
    const pools = [createPool({ budgets, maxInstances: 1, maxWaiting: 0 }), createPool({ budgets })] as const;
    const running = wait(pools[0], 1);
    await gate.holds(1);
    await expect(wait(pools[0], 2)).rejects.toMatchObject({ budget: 'waiting-invocations' });
    await expect(wait(pools[1], 3)).rejects.toMatchObject({
      name: 'OverloadedError',
      component: 'calls',
      budget: 'suspended-stacks',
    });
    expect(pools[1].stats.active).toBe(0);
    gate.openAll();
    await running;
    expect(await pools[1].run(context, (instance) => call(instance, 'count'))).toBe(1);
    expect(budgets).toMatchObject({ used: 0, most: 1 });
  });

  it('takes room for each call that runs beside another one of its invocation', async () => {
    const budgets = new TestStacks(2);
    const answer = Promise.withResolvers<void>();
    const calls: string[] = [];
    const component: CompiledComponent = {
      types: { imports: [], exports: [], importedFunctions: [], exportedFunctions: [] },
      async instantiate() {
        return {
          async call(_instance, func) {
            calls.push(func);
            await answer.promise;
          },
        };
      },
    };
    const pool = createPool({ budgets, compiled: component, linkage: { bind: () => new Map() } });
    await pool.run(context, async (instance) => {
      const first = [call(instance, 'first'), call(instance, 'second')];
      await expect(call(instance, 'third')).rejects.toMatchObject({ budget: 'suspended-stacks' });
      answer.resolve();
      await Promise.all(first);
      await call(instance, 'fourth');
    });
    await pool.close();
    expect(calls).toEqual(['first', 'second', 'fourth']);
    expect(budgets).toMatchObject({ used: 0, most: 2 });
  });

  it('takes no room for a kept instance that stands still', async () => {
    const budgets = new TestStacks(1);
    const pool = createPool({ budgets });
    const idle = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    const kept = pool.run(
      context,
      async (instance) => {
        await call(instance, 'count');
        called.resolve();
        await idle.promise;
      },
      { isKept: true },
    );
    await called.promise;
    expect(budgets).toMatchObject({ used: 0, most: 1 });
    expect(await pool.run(context, (instance) => call(instance, 'count'))).toBe(1);
    idle.resolve();
    await kept;
    await pool.close();
    expect(budgets.used).toBe(0);
  });
});

/** A component that counts which of its instances are given back. */
class ReleasingComponent implements CompiledComponent {
  readonly types = { imports: [], exports: [], importedFunctions: [], exportedFunctions: [] };
  made = 0;
  readonly released: number[] = [];
  readonly #idle: number[] = [];

  readonly #answer: () => Promise<unknown>;

  constructor(answer: () => Promise<unknown> = () => Promise.resolve()) {
    this.#answer = answer;
  }

  async instantiate(): Promise<ComponentInstance> {
    const id = this.#idle.pop() ?? this.made++;
    return {
      call: () => this.#answer(),
      release: () => {
        this.released.push(id);
        this.#idle.push(id);
      },
    };
  }
}

describe('the instance pool and what it gives back', () => {
  const poolOf = (component: CompiledComponent): InstancePool =>
    createPool({ compiled: component, linkage: { bind: () => new Map() }, maxInstances: 1 });

  it('gives an instance back after a clean invocation, before the next one begins', async () => {
    const component = new ReleasingComponent();
    const pool = poolOf(component);
    await Promise.all([1, 2, 3].map(() => pool.run(context, (instance) => call(instance, 'count'))));
    await pool.close();
    expect(component).toMatchObject({ made: 1, released: [0, 0, 0] });
  });

  it('does not give it back when a call failed, even if the work went on', async () => {
    const component = new ReleasingComponent(() => Promise.reject(new Error('trap')));
    const pool = poolOf(component);
    await pool.run(context, (instance) => call(instance, 'count').catch(() => 'survived'));
    await pool.close();
    expect(component.released).toEqual([]);
  });

  it('does not give it back when the work failed or was ended', async () => {
    const component = new ReleasingComponent();
    const pool = poolOf(component);
    const controller = new AbortController();
    await expect(pool.run(context, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    await pool.run(
      context,
      async () => {
        controller.abort(new Error('deadline'));
      },
      { signal: controller.signal },
    );
    await pool.close();
    expect(component.released).toEqual([]);
  });

  it('waits for the last call before it gives the instance back', async () => {
    const answer = Promise.withResolvers<void>();
    const component = new ReleasingComponent(() => answer.promise);
    const pool = poolOf(component);
    await pool.run(context, async (instance) => {
      void call(instance, 'count');
    });
    expect(component.released).toEqual([]);
    answer.resolve();
    await pool.close();
    expect(component.released).toEqual([0]);
  });
});
