import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../pool/collect-garbage.js';
import { createPreparer } from '../../preparer/preparer.js';
import { buildGuest } from '../../testing/build-guest.js';
import type { CompiledComponent, Engine, PreparedComponent } from '../engine.js';
import { createDirectEngine } from './direct-engine.js';
import { chooseMemoryWay, type MemoryWayChoice } from './memory/index.js';

/** As this system can, whatever is faster. Where it can't map, nothing is shared, which the tests ask for too. */
const way: MemoryWayChoice = { ...chooseMemoryWay({ wish: 'copy-on-write' }), smallestMapped: 0 };
const isMapped = way.way === 'copy-on-write';

function guest(start = ''): Promise<Uint8Array> {
  return buildGuest({
    wit: 'world guest { export peek: func(address: u32) -> u32; export poke: func(address: u32, value: u32); }',
    runtime: `(memory (export "memory") 5)`,
    wat: `
      (data (i32.const 40000) "from the file")
      (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
      (func (export "poke") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
      ${start}`,
  });
}

const from = Buffer.from('from').readUInt32LE();

/** Prepared in another thread, as the host does. */
async function prepare(bytes: Uint8Array): Promise<PreparedComponent> {
  await using preparer = createPreparer({ engine: { choice: 'direct', memoryReset: way } });
  return await preparer.prepare(bytes, { component: 'guest' });
}

function load(engine: Engine, prepared: PreparedComponent): CompiledComponent {
  return engine.load(prepared, { component: 'guest', suspends: () => false });
}

async function invoke(compiled: CompiledComponent, func: string, ...params: number[]): Promise<unknown> {
  const instance = await compiled.instantiate(new Map());
  const result = await instance.call('', func, params);
  instance.release?.();
  return result;
}

describe('the memory image of a prepared component', () => {
  it('is what every instance begins with and goes back to, in each thread that loads it', async () => {
    const engine = createDirectEngine({ memoryReset: way });
    const prepared = await prepare(await guest());
    const [image] = prepared.images ?? [];
    expect(image !== undefined).toBe(isMapped);
    const components = [load(engine, prepared), load(engine, prepared)];
    for (const component of components) {
      for (let i = 0; i < 3; i++) {
        expect(await invoke(component, 'peek', 40_000)).toBe(from);
        await invoke(component, 'poke', 40_000, 7);
      }
    }
    const holders = (): number | undefined => image?.holders[0];
    expect(holders()).toBe(isMapped ? 3 : undefined);
    for (const component of components) component.dispose?.();
    expect(holders()).toBe(isMapped ? 1 : undefined);
  });

  it('is given up with the prepared component, and taken anew by who loads it nevertheless', async () => {
    const engine = createDirectEngine({ memoryReset: way });
    const prepared: { component?: PreparedComponent } = { component: await prepare(await guest()) };
    const copy = structuredClone(prepared.component) as PreparedComponent;
    const count = prepared.component?.images?.[0]?.holders;
    delete prepared.component;
    if (count !== undefined) {
      await expect
        .poll(async () => {
          await collectGarbage();
          return count[0];
        })
        .toBe(0);
    }
    const component = load(engine, copy);
    for (let i = 0; i < 2; i++) {
      expect(await invoke(component, 'peek', 40_000)).toBe(from);
      await invoke(component, 'poke', 40_000, 7);
    }
  });

  it('is not taken where start code is to run first', async () => {
    const prepared = await prepare(await guest('(func $start) (start $start)'));
    expect(prepared.images).toBeUndefined();
  });
});
