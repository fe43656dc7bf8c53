import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledComponent, ComponentInstance } from '../engine.js';
import { buildCounterGuest, countersInterface } from '../testing/counter-guest.js';
import { createJcoEngine } from './jco-engine.js';

let compiled: CompiledComponent;
beforeAll(async () => {
  const guest = await buildCounterGuest();
  compiled = await createJcoEngine().compile(guest, { component: 'counters', suspends: () => false });
});

async function start(): Promise<(func: string, ...params: unknown[]) => Promise<unknown>> {
  const instance: ComponentInstance = await compiled.instantiate(new Map());
  return (func, ...params) => instance.call(countersInterface, func, params);
}

describe('a resource that the component defines', () => {
  it('is made by its constructor, and its methods work on it', async () => {
    const call = await start();
    const counter = await call('[constructor]counter', 40);
    expect(await call('[method]counter.add', counter, 1)).toBe(41);
    expect(await call('[method]counter.add', counter, 1)).toBe(42);
  });

  it('is made by a static function, which may fail', async () => {
    const call = await start();
    const made = (await call('[static]counter.make', 7)) as { tag: string; val: unknown };
    expect(made.tag).toBe('ok');
    expect(await call('[method]counter.add', made.val, 1)).toBe(8);
    expect(await call('[static]counter.make', undefined)).toEqual({ tag: 'err', val: 'no start' });
  });

  it('comes inside of tuples and lists', async () => {
    const call = await start();
    const [value, twin] = (await call('twin', await call('[constructor]counter', 3))) as [number, unknown];
    expect([value, await call('[method]counter.add', twin, 1)]).toEqual([3, 4]);
    const [first, second] = (await call('several', 10)) as unknown[];
    expect(await call('[method]counter.add', first, 0)).toBe(10);
    expect(await call('[method]counter.add', second, 0)).toBe(11);
  });

  it('is destroyed when the host drops it, or the guest to which it was given', async () => {
    const call = await start();
    const watch = await call('[constructor]counter', 0);
    const dropped = (await call('[constructor]counter', 1)) as Disposable;
    dropped[Symbol.dispose]();
    expect(await call('destroyed', watch)).toBe(1);
    expect(await call('finish', await call('[constructor]counter', 5))).toBe(5);
    expect(await call('destroyed', watch)).toBe(2);
    await expect(call('[method]counter.add', dropped, 1)).rejects.toThrow('Not a valid "Counter" resource');
  });

  it('of one instance is nothing to another', async () => {
    const [one, other] = [await start(), await start()];
    const counter = await one('[constructor]counter', 1);
    await expect(other('[method]counter.add', counter, 1)).rejects.toThrow('Not a valid "Counter" resource');
  });
});
