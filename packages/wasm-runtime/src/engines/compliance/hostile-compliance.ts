import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { RecordingLogger } from '@wasmlattice/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeComponent } from '../../formats/component/index.js';
import { hostInterfaces } from '../../host-functions/wasi/index.js';
import { InputStream, MemorySink, MemorySource, OutputStream } from '../../host-functions/wasi/io/index.js';
import {
  type AnyLimitName,
  GuestLimits,
  LimitExceededError,
  type LimitName,
  type Limits,
  LogGate,
} from '../../limits/index.js';
import { linkImports } from '../../linker/linker.js';
import { InstancePool } from '../../pool/instance-pool.js';
import type { InvocationContext } from '../../pool/invocation-context.js';
import { buildGuest } from '../../testing/build-guest.js';
import { buildCallsGuest, callsInterface, gateInterface } from '../../testing/calls-guest.js';
import { testContext } from '../../testing/context.js';
import { buildHostileGuest } from '../../testing/hostile-guest.js';
import { codeLimits } from '../component-limits.js';
import type { Engine } from '../engine.js';

export interface HostileComplianceOptions {
  /** Limits that the engine leaves to others. */
  readonly leaves?: readonly LimitName[];
  /** Whether its guests take turns and can be ended while they compute. By default they are not. */
  readonly preempts?: boolean;
  /** How many exports a component may have; what it takes to prepare them is in the time of the tests. By default 10,000. */
  readonly exports?: number;
}

/** How the invocation of a hostile guest ended. */
interface Outcome {
  /** What its caller got instead of an answer; `undefined` when it returned. */
  readonly error: unknown;
  /** Limits that the pool told of. */
  readonly exceeded: readonly AnyLimitName[];
  readonly logger: RecordingLogger;
  /** Log records of it that were dropped. */
  readonly dropped: number;
  /** Calls that the neighbour answered meanwhile, and after it. */
  readonly answered: number;
}

const mib = 2 ** 20;

/**
 * Guests that mean harm, each beside a neighbour on the same thread. The one call ends, its caller is told why, and the neighbour goes
 * on.
 */
export function hostileCompliance(
  engine: Engine,
  { leaves = [], preempts = false, exports = 10_000 }: HostileComplianceOptions = {},
): void {
  describe('a hostile guest', () => {
    let hostile: Uint8Array;
    let neighbour: Neighbour;
    beforeAll(async () => {
      hostile = await buildHostileGuest();
      neighbour = await Neighbour.start(engine);
    });

    const invoke = async (
      func: string,
      params: readonly unknown[],
      limits: Partial<Limits> = {},
    ): Promise<Outcome> => {
      const guest = await HostilePool.start(engine, hostile, limits);
      return await neighbour.beside(() => guest.call(func, params));
    };

    const expectExceeded = (
      { error, exceeded, answered }: Outcome,
      limit: AnyLimitName,
      value: number,
    ): void => {
      expect(answered).toBeGreaterThan(0);
      if (leaves.some((left) => left === limit)) return;
      expect(error).toMatchObject({
        name: 'TrapError',
        kind: 'limit',
        message: expect.stringContaining(`its limit "${limit}" is ${value}`),
        cause: { component: 'hostile', limit, allowed: value },
      });
      expect((error as Error).cause).toBeInstanceOf(LimitExceededError);
      expect(exceeded).toEqual([limit]);
    };

    const expectEnded = ({ error, exceeded, answered }: Outcome, allowed: number): void => {
      expect(error).toMatchObject({
        name: 'TrapError',
        kind: 'aborted',
        cause: { name: 'ExecutionTimeError', limit: 'execution-time', allowed },
      });
      expect(exceeded).toEqual(['execution-time']);
      expect(answered).toBeGreaterThan(1);
    };

    it.each<[LimitName, number, string, ...unknown[]]>([
      ['memory', 4 * mib, 'take-memory'],
      ['memory', 4 * mib, 'allocate', 1_000_000],
      ['memory', 4 * mib, 'ask-for-memory-and-trap', 64],
      ['memory', 4 * mib, 'ask-for-memory-and-trap', 0xffff_ffff],
      ['table-elements', 2_000, 'take-tables'],
      ['handles', 10_000, 'hoard', 10_001],
      ['handles', 16, 'hoard', 17],
      ['random-bytes', 1_024, 'random', 1_025n, 1],
      ['random-bytes', 16 * mib, 'random', 2n ** 64n - 1n, 1],
      ['host-call-bytes', 65_536, 'log', 1, 65_537],
      ['host-call-elements', 1_024, 'poll-many', 1_025],
      ['host-call-elements', 1_048_576, 'poll-many', 2_000_000],
      ['header-lines', 2_000, 'headers', 2_001, 1],
      ['header-bytes', 131_072, 'headers', 2, 70_000],
      ['stack', 1_007_616, 'recurse'],
    ])('that exceeds its limit of %s, %d, by %s is told which', async (limit, value, func, ...params) => {
      expectExceeded(await invoke(func, params, { [limit]: value }), limit, value);
    });

    it.each<[LimitName, number, string, ...unknown[]]>([
      ['handles', 17, 'hoard', 17],
      ['handles', 16, 'churn', 100_000],
      ['memory', 16 * mib, 'allocate', 1_000_000],
      ['memory', 4 * mib, 'ask-for-memory', 64],
      ['random-bytes', 1_024, 'random', 1_024n, 10_000],
      ['host-call-bytes', 65_536, 'log', 1, 65_536],
      ['host-call-elements', 1_024, 'poll-many', 1_024],
      ['header-lines', 2_000, 'headers', 2_000, 1],
      ['header-bytes', 131_072, 'headers', 2, 65_535],
    ])('that keeps within its limit of %s, %d, by %s is answered', async (limit, value, func, ...params) => {
      const { error, exceeded, answered } = await invoke(func, params, { [limit]: value });
      expect(error).toBeUndefined();
      expect(exceeded).toEqual([]);
      expect(answered).toBeGreaterThan(0);
    });

    it.each([
      ['log', 100_000, 10],
      ['print', 20],
    ])('that floods the log by %s goes on, and most of it is dropped', async (func, ...params) => {
      const { error, logger, dropped, answered } = await invoke(func, params, { 'log-rate': 100 });
      expect(error).toBeUndefined();
      // A flood that goes on for long has the rate of each second.
      const { length } = logger.records;
      expect(length).toBeGreaterThanOrEqual(100);
      expect(dropped).toBeGreaterThan(length);
      expect(answered).toBeGreaterThan(0);
    });

    it.each([
      ['zeroes without end', 'write-zeroes', [2n ** 63n]],
      ['more random bytes than its memory holds', 'random', [BigInt(mib), 1]],
      ['a trap by division', 'trap', [0]],
      ['a trap beyond its memory', 'trap', [1]],
      ['a trap by conversion', 'trap', [2]],
      ['a trap by an empty table', 'trap', [3]],
      ['a trap after a wait', 'trap-later', []],
    ])('ends with its own call: %s', async (_what, func, params) => {
      const { error, exceeded, answered } = await invoke(func, params);
      expect(error).toMatchObject({ name: 'TrapError', kind: 'trap' });
      expect(exceeded).toEqual([]);
      expect(answered).toBeGreaterThan(0);
    });

    it('that copies as much as there is between streams is answered', async () => {
      const { error, answered } = await invoke('splice', [2n ** 64n - 1n]);
      expect(error).toBeUndefined();
      expect(answered).toBeGreaterThan(0);
    });

    it.each([
      ['reads what never comes', 'read-forever', () => [new InputStream(new MemorySource())]],
      ['writes what nobody takes', 'write-forever', () => [new OutputStream(new MemorySink(0))]],
      [
        'never reads and never writes',
        'ignore',
        () => [new InputStream(new MemorySource()), new OutputStream(new MemorySink())],
      ],
    ])('that %s has its time, and no other waits for it', async (_what, func, params) => {
      expectEnded(await invoke(func, params(), { 'execution-time': 20 }), 20);
    });

    if (preempts) {
      it.each([
        ['in a loop', 'spin'],
        ['in recursion', 'recurse-without-end'],
      ])('that computes without end %s has its time, and no other waits for it', async (_where, func) => {
        expectEnded(await invoke(func, [], { 'execution-time': 50 }), 50);
      });

      it('that does not come back where it can not be suspended is told so', async () => {
        expectExceeded(await invoke('linger', []), 'blocked-time', 100);
      });
    }

    it('is not told of a limit that it only reached, or that an earlier guest exceeded', async () => {
      const guest = await HostilePool.start(engine, hostile, { memory: 4 * mib });
      expect((await guest.call('ask-for-memory', [64])).error).toBeUndefined();
      for (const [func, param] of [
        ['trap', 0],
        ['ask-for-memory-and-trap', 63],
      ] as const) {
        expect((await guest.call(func, [param])).error).toMatchObject({ kind: 'trap' });
      }
    });

    it('that was ended leaves its component to the next call', async () => {
      const guest = await HostilePool.start(engine, hostile, { memory: 4 * mib, 'random-bytes': 1_024 });
      for (const [func, ...params] of [['take-memory'], ['random', 2_048n, 1], ['trap', 0], ['trap-later']]) {
        expect((await guest.call(func as string, params)).error).toBeInstanceOf(Error);
        expect((await guest.call('random', [1_024n, 1])).error).toBeUndefined();
      }
      await guest.close();
    });

    it(`may have ${exports} exports`, async () => {
      const names = Array.from({ length: exports }, (_, i) => `call-${i}`);
      const many = await parse(`(component
        (core module $m ${names.map((name) => `(func (export "${name}") unreachable)`).join('\n')})
        (core instance $i (instantiate $m))
        ${names.map((name) => `(func (export "${name}") (canon lift (core func $i "${name}")))`).join('\n')})`);
      const { answered } = await neighbour.beside(async () => {
        const guest = await HostilePool.start(engine, many, {});
        for (const name of ['call-0', `call-${exports / 2}`, `call-${exports - 1}`]) {
          expect((await guest.call(name, [])).error).toMatchObject({ name: 'TrapError', func: name });
        }
        return await guest.close();
      });
      expect(answered).toBeGreaterThan(0);
    });

    it('is refused for types within types within types', async () => {
      const depth = 200;
      const nested = await parse(`(component
        (type $t0 (option u8))
        ${Array.from({ length: depth }, (_, i) => `(type $t${i + 1} (option $t${i}))`).join('\n')}
        (core module $m (memory (export "m") 1) (func (export "f") (result i32) (i32.const 0)))
        (core instance $i (instantiate $m))
        (func (export "f") (result $t${depth})
          (canon lift (core func $i "f") (memory (core memory $i "m")))))`);
      const { answered } = await neighbour.beside(async () => {
        await expect(HostilePool.start(engine, nested, {})).rejects.toMatchObject({
          name: 'InvalidComponentError',
        });
        return {};
      });
      expect(answered).toBeGreaterThan(0);
    });

    it('is refused when it begins with more than it may have', async () => {
      const large = await buildGuest({
        wit: 'world guest { export f: func(); }',
        wat: ';; code (func (export "f"))',
      });
      await expect(HostilePool.start(engine, large, { memory: 1_024 })).rejects.toMatchObject({
        name: 'MemoryLimitError',
        message: expect.stringContaining(
          'component "hostile" begins with 65536 bytes of linear memory; its limit "memory" is 1024 bytes',
        ),
      });
    });
  });
}

/** A component that means harm, in a pool as the host has one. */
class HostilePool {
  readonly #pool: InstancePool;
  readonly #exceeded: AnyLimitName[] = [];
  readonly #logger = new RecordingLogger();
  readonly #gate: LogGate;
  #dropped = 0;

  private constructor(pool: (exceeded: AnyLimitName[]) => InstancePool, perSecond: number) {
    this.#pool = pool(this.#exceeded);
    this.#gate = new LogGate({
      perSecond,
      onDropped: (records) => {
        this.#dropped += records;
      },
    });
  }

  static async start(engine: Engine, bytes: Uint8Array, values: Partial<Limits>): Promise<HostilePool> {
    const component = 'hostile';
    const limits = new GuestLimits(component, values);
    const linkage = linkImports(decodeComponent(bytes), { component, interfaces: hostInterfaces });
    const options = { component, suspends: linkage.suspends, ...codeLimits(limits.values) };
    const compiled = await engine.compile(bytes, options);
    return new HostilePool(
      (exceeded) =>
        new InstancePool({
          component,
          compiled,
          linkage,
          maxInstances: 1,
          maxExecutionMs: limits.values['execution-time'],
          limits,
          onExceeded: (limit) => exceeded.push(limit),
        }),
      limits.values['log-rate'],
    );
  }

  async call(func: string, params: readonly unknown[]): Promise<Omit<Outcome, 'answered'>> {
    const { signal: _, ...context } = testContext({
      componentId: 'hostile',
      logger: this.#logger,
      logGate: this.#gate,
    });
    const error = await this.#pool
      .run(context as InvocationContext, (instance) => instance.call('', func, params))
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    await this.close();
    return { error, exceeded: this.#exceeded, logger: this.#logger, dropped: this.#dropped };
  }

  async close(): Promise<object> {
    this.#gate.close();
    return {};
  }
}

/** A component of the same thread that nobody has anything against. */
class Neighbour {
  readonly #call: () => Promise<unknown>;

  private constructor(call: () => Promise<unknown>) {
    this.#call = call;
  }

  static async start(engine: Engine): Promise<Neighbour> {
    const bytes = await buildCallsGuest();
    const component = 'neighbour';
    const linkage = linkImports(decodeComponent(bytes), { component, interfaces: [gateInterface({})] });
    const compiled = await engine.compile(bytes, { component, suspends: linkage.suspends });
    const pool = new InstancePool({ component, compiled, linkage, maxInstances: 4 });
    const { signal: _, ...context } = testContext();
    return new Neighbour(() =>
      pool.run(context, async (instance) => {
        await instance.call(callsInterface, 'wait', [1]);
        return await instance.call(callsInterface, 'count', []);
      }),
    );
  }

  /** Is called all the time that `work` takes, and once more. */
  async beside<T extends object>(work: () => Promise<T>): Promise<T & { readonly answered: number }> {
    let answered = 0;
    let isOver = false;
    const serve = async (): Promise<void> => {
      for (;;) {
        const isLast = isOver;
        // A guest whose state somebody else had touched would count further.
        expect(await this.#call()).toBe(1);
        answered++;
        if (isLast) return;
        await nextTurn();
      }
    };
    const serving = serve();
    try {
      const outcome = await work();
      isOver = true;
      await serving;
      return { ...outcome, answered };
    } finally {
      isOver = true;
      await serving;
    }
  }
}
