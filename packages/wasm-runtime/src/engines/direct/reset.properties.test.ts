import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildStateGuest,
  stateGuestImports,
  stateGuestSuspends,
  stateInterface,
} from '../../testing/state-guest.js';
import type { CompiledComponent, ComponentInstance } from '../engine.js';
import { webAssembly } from '../web-assembly.js';
import { createDirectEngine } from './direct-engine.js';
import { chooseMemoryWay, type MemoryWayChoice, type MemoryWayWish } from './memory/index.js';

/** Counts what is instantiated: the global object itself, which TypeScript knows by its own type. */
const constructors = webAssembly as unknown as { Instance(module: object, imports: object): object };

let guest: Uint8Array;

beforeAll(async () => {
  guest = await buildStateGuest();
});

function compile(memoryReset: MemoryWayChoice | MemoryWayWish = 'auto'): Promise<CompiledComponent> {
  return createDirectEngine({ memoryReset }).compile(guest, {
    component: 'state',
    suspends: stateGuestSuspends,
  });
}

interface Operation {
  readonly func: string;
  readonly params: readonly unknown[];
}

const u32 = fc.nat({ max: 0xffff_ffff });

function operation(func: string, ...params: fc.Arbitrary<unknown>[]): fc.Arbitrary<Operation> {
  return fc.tuple(...params).map((values) => ({ func, params: values }));
}

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  operation('peek', u32),
  { arbitrary: operation('poke', u32, fc.nat({ max: 255 })), weight: 4 },
  operation('size'),
  operation('grow', fc.oneof(fc.nat({ max: 3 }), fc.constant(70_000))),
  operation('bump'),
  operation('set-float', fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })),
  operation('allocate', fc.nat({ max: 5000 })),
  operation('table-size'),
  operation('set-entry', u32, fc.nat({ max: 1 })),
  operation('call-entry', u32),
  operation('keep-thing'),
  operation('keep-token'),
  operation('drop-handle', fc.nat({ max: 3 })),
  operation('echo', fc.uint8Array({ maxLength: 300 })),
  operation('[constructor]thing', u32),
  operation('wait'),
);

/** Everything the guest can see of its own state. */
const inspection: readonly Operation[] = [
  'size',
  'digest',
  'bump',
  'table-size',
  'keep-thing',
  'keep-token',
  'wait',
].map((func) => ({ func, params: [] }));
const entries: readonly Operation[] = [0, 1, 2, 3].map((index) => ({ func: 'call-entry', params: [index] }));
const others: readonly Operation[] = [
  { func: 'set-float', params: [0n] },
  { func: 'allocate', params: [0] },
];
const inspect: readonly Operation[] = [...inspection, ...entries, ...others];

/** The answers of one invocation, up to its end or the trap that ends it. */
async function invoke(compiled: CompiledComponent, operations: readonly Operation[]): Promise<unknown[]> {
  const instance = await compiled.instantiate(stateGuestImports().imports);
  const answers: unknown[] = [];
  for (const { func, params } of operations) {
    try {
      const answer = await instance.call(stateInterface, func, params);
      answers.push(typeof answer === 'object' && func.startsWith('[') ? 'a resource' : answer);
    } catch (error) {
      answers.push((error as Error).name);
      break;
    }
  }
  instance.release?.();
  return answers;
}

/** Both ways, for a guest that is too small for one of them. Where the system can't map, both are to copy. */
const ways: readonly MemoryWayChoice[] = [
  chooseMemoryWay({ wish: 'copy' }),
  { ...chooseMemoryWay({ wish: 'copy-on-write' }), smallestMapped: 0 },
];

describe.each(ways)('an instance that is reset by $way', (way) => {
  it('behaves as a new one, whatever was done before', async () => {
    const resetting = await compile(way);
    const fresh = await compile();
    fresh.dispose?.();
    const invocations = fc.array(fc.array(anyOperation, { maxLength: 12 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(invocations, async (sequence) => {
        for (const operations of [...sequence, []]) {
          const all = [...operations, ...inspect];
          expect(await invoke(resetting, all)).toEqual(await invoke(fresh, all));
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('a reset instance', () => {
  it('is really the same one', async () => {
    const compiled = await compile();
    const made = vi.spyOn(constructors, 'Instance');
    try {
      const first = await invoke(compiled, inspect);
      const instances = made.mock.calls.length;
      for (let i = 0; i < 10; i++) expect(await invoke(compiled, inspect)).toEqual(first);
      expect(made.mock.calls.length).toBe(instances);
    } finally {
      made.mockRestore();
    }
  });

  it('follows neither a trap nor a memory that grew very large', async () => {
    const compiled = await compile();
    const first = await invoke(compiled, inspect);
    for (const operation of [
      { func: 'trap', params: [] },
      { func: 'grow', params: [300] },
    ]) {
      const made = vi.spyOn(constructors, 'Instance');
      await invoke(compiled, [operation]);
      expect(await invoke(compiled, inspect)).toEqual(first);
      expect(made.mock.calls.length).toBeGreaterThan(0);
      made.mockRestore();
    }
  });

  it('gets back all that the guest held of the host', async () => {
    const compiled = await compile();
    const { imports, disposed } = stateGuestImports();
    const instance = await compiled.instantiate(imports);
    for (let i = 0; i < 3; i++) await instance.call(stateInterface, 'keep-token', []);
    expect(disposed()).toBe(0);
    instance.release?.();
    expect(disposed()).toBe(3);
  });
});

describe('a released instance', () => {
  async function released(): Promise<{ compiled: CompiledComponent; instance: ComponentInstance }> {
    const compiled = await compile();
    const instance = await compiled.instantiate(stateGuestImports().imports);
    return { compiled, instance };
  }

  it('can not be called any more, and is released once only', async () => {
    const { compiled, instance } = await released();
    instance.release?.();
    instance.release?.();
    await expect(instance.call(stateInterface, 'bump', [])).rejects.toThrow('the instance was released');
    const [one, other] = [
      await compiled.instantiate(stateGuestImports().imports),
      await compiled.instantiate(stateGuestImports().imports),
    ];
    expect(await one.call(stateInterface, 'bump', [])).toBe(42);
    expect(await other.call(stateInterface, 'bump', [])).toBe(42);
  });

  it('is not handed out while a call is under way', async () => {
    const { compiled, instance } = await released();
    const waiting = instance.call(stateInterface, 'wait', []);
    instance.release?.();
    const next = await compiled.instantiate(stateGuestImports().imports);
    expect(await next.call(stateInterface, 'bump', [])).toBe(42);
    expect(await waiting).toBe(41);
  });

  it('leaves the resources it gave to the host without effect', async () => {
    const { compiled, instance } = await released();
    const thing = (await instance.call(stateInterface, '[constructor]thing', [5])) as Disposable;
    expect(await instance.call(stateInterface, '[method]thing.value', [thing])).toBe(5);
    instance.release?.();
    const next = await compiled.instantiate(stateGuestImports().imports);
    await expect(next.call(stateInterface, '[method]thing.value', [thing])).rejects.toMatchObject({
      name: 'TrapError',
    });
    thing[Symbol.dispose]();
  });
});
