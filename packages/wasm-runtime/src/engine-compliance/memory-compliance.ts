import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledComponent, Engine } from '../engine.js';
import { buildGuest } from '../testing/build-guest.js';

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

/** The limit of a component's memory. */
export function memoryCompliance(engine: Engine): void {
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
