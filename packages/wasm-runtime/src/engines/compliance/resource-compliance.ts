import { beforeAll, describe, expect, it } from 'vitest';
import { buildCounterGuest, countersInterface } from '../../testing/counter-guest.js';
import { buildThingsGuest, keeperInterface, thingsInterface } from '../../testing/things-guest.js';
import type { Engine } from '../engine.js';
import { type CompiledGuest, compileGuest } from './engine-fixture.js';

type Call = (func: string, ...params: unknown[]) => Promise<unknown>;

/** Resources of the host in the guest, and of the guest in the host. */
export function resourceCompliance(engine: Engine): void {
  describe('a resource of the host', () => {
    let compiled: CompiledGuest;
    beforeAll(async () => {
      compiled = await compileGuest(engine, await buildThingsGuest());
    });

    /** A class of its own for each test, so that what was disposed is known. */
    async function start(): Promise<{
      call: Call;
      Thing: new (value: number) => object;
      disposed: number[];
    }> {
      const disposed: number[] = [];
      class Thing {
        readonly value: number;
        constructor(value: number) {
          this.value = value;
        }
        static mergeAll(one: Thing, other: Thing): Thing {
          return new Thing(one.value + other.value);
        }
        getValue(): number {
          return this.value;
        }
        [Symbol.dispose](): void {
          disposed.push(this.value);
        }
      }
      const makeSeveral = (count: number): Thing[] => Array.from({ length: count }, (_, i) => new Thing(i));
      const instance = await compiled.start({
        imports: new Map([[thingsInterface, { Thing, makeSeveral }]]),
      });
      return { call: (func, ...params) => instance.call(keeperInterface, func, params), Thing, disposed };
    }

    it('is made, used and dropped by the guest', async () => {
      const { call, disposed } = await start();
      expect(await call('use-one', 42)).toBe(42);
      expect(disposed).toEqual([42]);
    });

    it('is the same object when it comes back, and is not disposed', async () => {
      const { call, Thing, disposed } = await start();
      const thing = new Thing(1);
      expect(await call('pass', thing)).toBe(thing);
      expect(await call('pass', thing)).toBe(thing);
      expect(disposed).toEqual([]);
    });

    it('is lent for the time of a call', async () => {
      const { call, Thing, disposed } = await start();
      const thing = new Thing(5);
      expect(await call('inspect', thing)).toBe(5);
      expect(await call('inspect', thing)).toBe(5);
      expect(disposed).toEqual([]);
    });

    it('goes through static functions and lists', async () => {
      const { call, Thing } = await start();
      expect(await call('merge', new Thing(1), new Thing(2))).toMatchObject({ value: 3 });
      expect(await call('several', 3)).toMatchObject([{ value: 0 }, { value: 1 }, { value: 2 }]);
    });

    it('may come and go very often', async () => {
      const { call, disposed } = await start();
      await call('churn', 5000);
      expect(disposed).toHaveLength(5000);
    });

    it('ends a guest that drops it twice', async () => {
      const { call, Thing } = await start();
      await expect(call('drop-twice', new Thing(1))).rejects.toMatchObject({ kind: 'trap' });
    });

    it('is not just any object', async () => {
      const { call } = await start();
      await expect(call('pass', {})).rejects.toMatchObject({ kind: 'trap' });
    });
  });

  describe('a resource of the guest', () => {
    let compiled: CompiledGuest;
    beforeAll(async () => {
      compiled = await compileGuest(engine, await buildCounterGuest());
    });

    async function start(): Promise<Call> {
      const instance = await compiled.start();
      return (func, ...params) => instance.call(countersInterface, func, params);
    }

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
      dropped[Symbol.dispose]();
      expect(await call('destroyed', watch)).toBe(1);
      expect(await call('finish', await call('[constructor]counter', 5))).toBe(5);
      expect(await call('destroyed', watch)).toBe(2);
      await expect(call('[method]counter.add', dropped, 1)).rejects.toMatchObject({ kind: 'trap' });
    });

    it('that is gone, or of another instance, fails the call and not the guest', async () => {
      const [one, other] = [await start(), await start()];
      const counter = await one('[constructor]counter', 1);
      await expect(other('[method]counter.add', counter, 1)).rejects.toMatchObject({ kind: 'trap' });
      expect(await other('finish', await other('[constructor]counter', 5))).toBe(5);
      expect(await one('[method]counter.add', counter, 1)).toBe(2);
    });
  });
}
