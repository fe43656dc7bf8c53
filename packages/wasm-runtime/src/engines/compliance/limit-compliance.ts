import { beforeAll, describe, expect, it } from 'vitest';
import { buildGuest } from '../../testing/build-guest.js';
import type { CompiledComponent, Engine } from '../engine.js';

const page = 65536;

/** A guest of one page that grows when asked to, or without end. */
function buildGrowingGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest {
        export size: func() -> u32;
        export grow: func(pages: u32) -> s32;
        /// Takes memory until there is none, then gives up as allocators do.
        export exhaust: func();
      }`,
    wat: `
      ;; code
      (func (export "size") (result i32) (memory.size))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "exhaust")
        (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
        unreachable)`,
  });
}

/** The limits of what a component takes of the host. */
export function limitCompliance(engine: Engine): void {
  describe('a limit of tables', () => {
    const compile = async (wat: string): Promise<CompiledComponent> =>
      engine.compile(await buildGuest({ wit: 'world guest { export grow: func() -> s32; }', wat }), {
        component: 'guest',
        suspends: () => false,
      });

    it('is reached and not passed, in each invocation', async () => {
      const compiled = await compile(`
        ;; code
        (table $t 1 funcref)
        (func (export "grow") (result i32)
          (drop (table.grow $t (ref.null func) (i32.const 14998)))
          (drop (table.grow $t (ref.null func) (i32.const 2)))
          (table.grow $t (ref.null func) (i32.const 1)))`);
      for (let round = 0; round < 2; round++) {
        const instance = await compiled.instantiate(new Map());
        expect(await instance.call('', 'grow', [])).toBe(14_999);
        instance.release?.();
      }
    });

    it.each([
      [
        'a table that begins too large',
        '(table 15001 funcref)',
        'component "guest" begins with a table of 15001 elements; its limit "table-elements" is 15000: raise',
      ],
      [
        'too many tables',
        '(table 1 1 funcref)'.repeat(21),
        'component "guest" has 21 tables; its limit "tables" is 20: raise',
      ],
      [
        'too many memories',
        '(memory 1)'.repeat(30),
        'component "guest" has 31 linear memories; its limit "core-instances" is 30: raise',
      ],
      [
        'objects that have no limit',
        '(type $a (array (mut i64)))',
        /component "guest" can't be compiled .*uses objects of the garbage collection proposal \(GC\), which are off/,
      ],
    ])('refuses %s', async (_, definitions, message) => {
      await expect(
        compile(`;; code ${definitions} (func (export "grow") (result i32) (i32.const 0))`),
      ).rejects.toThrow(message);
    });

    it('is one of core instances, too', async () => {
      const guest = await buildGrowingGuest();
      const options = { component: 'guest', suspends: () => false };
      await expect(engine.compile(guest, { ...options, maxCoreInstances: 0 })).rejects.toThrow(
        'component "guest" has 1 core instances; its limit "core-instances" is 0: raise',
      );
      await engine.compile(guest, { ...options, maxCoreInstances: 1 });
    });
  });

  describe('a limit of memory', () => {
    let guest: Uint8Array;
    beforeAll(async () => {
      guest = await buildGrowingGuest();
    });

    const compile = (maxMemoryBytes: number): Promise<CompiledComponent> =>
      engine.compile(guest, { component: 'guest', suspends: () => false, maxMemoryBytes });

    /** Calls in an invocation of its own; an array is the parameters of each call. */
    async function invoke(compiled: CompiledComponent, ...calls: [func: string, ...params: number[]][]) {
      const instance = await compiled.instantiate(new Map());
      const results: unknown[] = [];
      for (const [func, ...params] of calls) results.push(await instance.call('', func, params));
      instance.release?.();
      return results;
    }

    it('is reached and not passed', async () => {
      const compiled = await compile(4 * page);
      expect(await invoke(compiled, ['grow', 4], ['grow', 3], ['grow', 1], ['size'])).toEqual([-1, 1, -1, 4]);
    });

    it('is the same in each invocation, whatever those before it took', async () => {
      const compiled = await compile(4 * page);
      for (let round = 0; round < 3; round++) {
        expect(await invoke(compiled, ['size'], ['grow', 2], ['grow', 2], ['grow', 1], ['size'])).toEqual([
          1, 1, -1, 3, 4,
        ]);
      }
    });

    it('ends only the call that runs into it', async () => {
      const compiled = await compile(4 * page);
      const other = await compiled.instantiate(new Map());
      await expect(invoke(compiled, ['exhaust'])).rejects.toMatchObject({ name: 'TrapError', kind: 'trap' });
      expect(await other.call('', 'grow', [3])).toBe(1);
      expect(await invoke(compiled, ['grow', 3], ['size'])).toEqual([1, 4]);
    });

    it('is one for each compiling of the same component', async () => {
      const [small, large] = [await compile(2 * page), await compile(4 * page)];
      expect(await invoke(large, ['grow', 3])).toEqual([1]);
      expect(await invoke(small, ['grow', 3], ['grow', 1])).toEqual([-1, 1]);
    });

    it('below what the component begins with is an error that says so', async () => {
      await expect(compile(page - 1)).rejects.toMatchObject({
        name: 'MemoryLimitError',
        message: expect.stringContaining('component "guest" begins with 65536 bytes'),
      });
      expect(await invoke(await compile(page), ['grow', 1], ['size'])).toEqual([-1, 1]);
    });
  });
}
