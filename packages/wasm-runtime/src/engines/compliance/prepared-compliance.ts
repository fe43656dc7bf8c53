import { beforeAll, describe, expect, it } from 'vitest';
import { decodeComponent } from '../../formats/component/index.js';
import { describeGraph } from '../../formats/component/testing/object-graph.js';
import { linkImports } from '../../linker/linker.js';
import { buildGuest } from '../../testing/build-guest.js';
import { buildCallsGuest, callsInterface, gateInterface } from '../../testing/calls-guest.js';
import { testContext } from '../../testing/context.js';
import type { CompiledComponent, Engine, LoadOptions, PreparedComponent } from '../engine.js';
import { preparedTypes } from '../prepared-types.js';
import { listSuspending } from '../suspending-imports.js';

/** What can be done with a component between preparing and loading it. */
export function preparedCompliance(engine: Engine): void {
  describe('a prepared component', () => {
    let guest: Uint8Array;
    let prepared: PreparedComponent;
    beforeAll(async () => {
      guest = await buildCallsGuest();
      prepared = await prepare(guest);
    });

    const link = (bytes: Uint8Array) =>
      linkImports(decodeComponent(bytes), { component: 'guest', interfaces: [gateInterface({})] });

    const prepare = (bytes: Uint8Array): Promise<PreparedComponent> => {
      const suspending = listSuspending(decodeComponent(bytes), link(bytes).suspends);
      return engine.prepare(bytes, { component: 'guest', suspending });
    };

    const load = (from: PreparedComponent, options: Partial<LoadOptions> = {}): CompiledComponent =>
      engine.load(from, { component: 'guest', suspends: link(guest).suspends, ...options });

    const invoke = async (compiled: CompiledComponent, func: string): Promise<unknown> => {
      const instance = await compiled.instantiate(link(guest).bind(testContext()));
      const result = await instance.call(callsInterface, func, []);
      instance.release?.();
      return result;
    };

    it('is plain data: its copy is as good, and so is the copy of a copy', async () => {
      const copy = structuredClone(structuredClone(prepared));
      expect(await invoke(load(copy), 'count')).toBe(1);
      expect({ ...copy }).toEqual({ ...prepared });
    });

    it('goes through a message channel', async () => {
      const { port1, port2 } = new MessageChannel();
      const received = new Promise<PreparedComponent>((resolve) => {
        port2.onmessage = ({ data }) => resolve(data as PreparedComponent);
      });
      port1.postMessage(prepared);
      expect(await invoke(load(await received), 'count')).toBe(1);
      port1.close();
    });

    it('tells its types, before and after it is loaded', () => {
      const types = describeGraph(decodeComponent(guest));
      expect(describeGraph(preparedTypes(prepared))).toEqual(types);
      expect(describeGraph(load(prepared).types)).toEqual(types);
    });

    it('holds no bytes but those of its skeleton, and says how large its code is', async () => {
      const large = await buildGuest({
        wit: 'world guest { export run: func(); }',
        wat: `;; code\n (data "${'x'.repeat(100_000)}") (func (export "run"))`,
      });
      const { skeleton, codeBytes, ...rest } = await prepare(large);
      expect(skeleton.buffer.byteLength).toBe(skeleton.byteLength);
      expect(skeleton.byteLength).toBeLessThan(1_000);
      expect(buffersOf(rest)).toEqual([]);
      expect(codeBytes).toBeGreaterThan(100_000);
    });

    it('is loaded by the name it is given then', async () => {
      await expect(invoke(load(prepared, { component: 'other' }), 'trap')).rejects.toMatchObject({
        component: 'other',
        message: expect.stringContaining('component "other"'),
      });
    });

    it('makes components that have nothing in common', async () => {
      const [first, second] = [load(prepared), load(prepared)];
      const running = await first.instantiate(link(guest).bind(testContext()));
      expect(await running.call(callsInterface, 'count', [])).toBe(1);
      expect(await invoke(second, 'count')).toBe(1);
      first.dispose?.();
      expect(await invoke(second, 'count')).toBe(1);
      expect(await running.call(callsInterface, 'count', [])).toBe(2);
      expect(await invoke(first, 'count')).toBe(1);
    });

    it.each([
      ['another engine', { engine: 'other' }, 'it was prepared by engine "other"'],
      ['another version of the engine', { format: 99 }, 'in format 99'],
    ])('is refused when it is of %s', (_, changes, what) => {
      const loading = (): unknown => load({ ...prepared, ...changes });
      expect(loading).toThrow(expect.objectContaining({ name: 'UnfitPreparedComponentError' }));
      expect(loading).toThrow(what);
    });
  });
}

/** All memory that a value refers to. */
function buffersOf(value: unknown, seen: Set<object> = new Set()): ArrayBufferLike[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (ArrayBuffer.isView(value)) return [value.buffer];
  const parts = value instanceof Map ? [...value].flat() : Object.values(value);
  return parts.flatMap((part) => buffersOf(part, seen));
}
