import { err, ok } from '@wasmlattice/rpc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { bytes, okOf } from '../answers.js';
import { type ContractOptions, claimsFor } from '../claims.js';
import { allKeys, clientOf, type KeyvalueClient, linkOf, startLinked } from './keyvalue-fixture.js';
import { type KeyvalueDifference, type KeyvalueSetup, keyvalueDifferences } from './keyvalue-setup.js';
import { watcherClaims } from './watcher-claims.js';

/** Tests of `wrpc:keyvalue` (docs/spec/wrpc-interfaces.md#4), of the links to its provider, and of its watcher. */
export function keyvalueContract(
  name: string,
  setUp: () => Promise<KeyvalueSetup>,
  options: ContractOptions<KeyvalueDifference> = {},
): void {
  const { differences = [] } = options;
  const claim = claimsFor(keyvalueDifferences, options);

  describe(`${name} keeps the contract of keyvalue`, () => {
    let setup: KeyvalueSetup;
    beforeAll(async () => {
      setup = await setUp();
    });
    afterAll(() => setup?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      await setup.first.empty();
      await setup.second.empty();
    });

    describe('store, atomics and batch', () => {
      let one: KeyvalueClient;
      beforeAll(async () => {
        await startLinked(setup, [linkOf(setup, 'one', 'default', setup.first.config)]);
        one = clientOf(setup, 'one');
      });
      afterAll(() => setup?.harness.stopAll());

      const get = async (key: string): Promise<Uint8Array | undefined> =>
        okOf(await one.store.get(one.bucket, key));
      const set = async (key: string, value: Uint8Array | string): Promise<void> => {
        okOf(await one.store.set(one.bucket, key, typeof value === 'string' ? bytes(value) : value));
      };
      const increment = async (key: string, delta: bigint): Promise<bigint> =>
        okOf(await one.atomics.increment(one.bucket, key, delta));

      claim('has no value for a key that was never set', async () => {
        expect(await one.store.get(one.bucket, 'none')).toEqual(ok(undefined));
        expect(await one.store.exists(one.bucket, 'none')).toEqual(ok(false));
      });

      claim('gives back the bytes of the last set', async () => {
        await set('k', 'before');
        const all = Uint8Array.from({ length: 256 }, (_, index) => index);
        await set('k', all);
        expect(await get('k')).toEqual(all);
        expect(await one.store.exists(one.bucket, 'k')).toEqual(ok(true));
      });

      claim('keeps an empty value apart from none', async () => {
        await set('empty', '');
        expect(await get('empty')).toEqual(new Uint8Array());
        expect(await one.store.exists(one.bucket, 'empty')).toEqual(ok(true));
        expect(await one.batch.getMany(one.bucket, ['empty'])).toEqual(ok([['empty', new Uint8Array()]]));
      });

      claim('keeps a value of half a megabyte', async () => {
        const large = new Uint8Array(2 ** 19).map((_, index) => (index * 31) % 251);
        await set('large', large);
        expect(Buffer.compare((await get('large')) ?? Buffer.alloc(0), large)).toBe(0);
      });

      claim('deletes a key, one that is not there as well', async () => {
        await set('k', 'v');
        await set('other', 'w');
        for (const _ of [1, 2]) expect(await one.store.delete(one.bucket, 'k')).toEqual(ok());
        expect(await one.store.exists(one.bucket, 'k')).toEqual(ok(false));
        expect(await get('k')).toBeUndefined();
        expect(await allKeys(one)).toEqual(['other']);
        await set('k', 'again');
        expect(await get('k')).toEqual(bytes('again'));
      });

      claim('lists every key, whatever the size of its pages', async () => {
        expect(await allKeys(one)).toEqual([]);
        const keys = Array.from({ length: 700 }, (_, index) => `key-${index}`);
        okOf(
          await one.batch.setMany(
            one.bucket,
            keys.map((key) => [key, bytes('v')]),
          ),
        );
        expect((await allKeys(one)).toSorted()).toEqual(keys.toSorted());
      });

      claim(
        'takes any text as key',
        async () => {
          const keys = [
            '',
            'a b',
            'a.b',
            'a..b',
            '.',
            '*',
            '>',
            'a:b',
            '日本',
            'A',
            'a',
            '"',
            '\\',
            '=b64=',
            '{t}',
          ];
          for (const key of keys) await set(key, `value of ${key}`);
          for (const key of keys) expect(await get(key)).toEqual(bytes(`value of ${key}`));
          expect((await allKeys(one)).toSorted()).toEqual(keys.toSorted());
          okOf(await one.batch.deleteMany(one.bucket, keys));
          expect(await allKeys(one)).toEqual([]);
        },
        'plain-keys-only',
      );

      claim('answers many calls at the same time, each with its own value', async () => {
        const names = Array.from({ length: 200 }, (_, index) => `many-${index}`);
        await Promise.all(names.map((name) => set(name, name)));
        expect(await Promise.all(names.map(get))).toEqual(names.map(bytes));
      });

      claim('counts from nothing, and on from decimal text', async () => {
        expect(await increment('n', 5n)).toBe(5n);
        expect(await increment('n', 0n)).toBe(5n);
        expect(await get('n')).toEqual(bytes('5'));
        await set('n', '40');
        expect(await increment('n', 2n)).toBe(42n);
        okOf(await one.store.delete(one.bucket, 'n'));
        expect(await increment('n', 1n)).toBe(1n);
      });

      claim(
        'loses no increment of many at once',
        async () => {
          const sums = await Promise.all(Array.from({ length: 100 }, () => increment('hits', 1n)));
          expect(sums.toSorted((a, b) => Number(a - b))).toEqual(sums.map((_, index) => BigInt(index + 1)));
          expect(await get('hits')).toEqual(bytes('100'));
        },
        'few-attempts',
      );

      claim(
        'says that what is no number can not be counted, and leaves it',
        async () => {
          await set('word', 'hello');
          expect(await one.atomics.increment(one.bucket, 'word', 1n)).toEqual(
            err({ tag: 'other', val: expect.any(String) }),
          );
          expect(await get('word')).toEqual(bytes('hello'));
        },
        'broken-count',
      );

      claim(
        'counts to 2^64 - 1',
        async () => {
          const max = 2n ** 64n - 1n;
          await set('n', String(max - 1n));
          expect(await increment('n', 1n)).toBe(max);
        },
        'signed-count',
      );

      claim(
        'refuses a sum that its counters can not hold, and leaves what was',
        async () => {
          const max = differences.includes('signed-count') ? 2n ** 63n - 1n : 2n ** 64n - 1n;
          await set('n', String(max));
          expect(await one.atomics.increment(one.bucket, 'n', 1n)).toEqual(
            err({ tag: 'other', val: expect.any(String) }),
          );
          expect(await get('n')).toEqual(bytes(String(max)));
        },
        'wrapping-count',
      );

      claim('gets many in the order asked for', async () => {
        okOf(
          await one.batch.setMany(one.bucket, [
            ['a', bytes('1')],
            ['b', bytes('2')],
          ]),
        );
        expect(await one.batch.getMany(one.bucket, ['b', 'none', 'a', 'b'])).toEqual(
          ok([['b', bytes('2')], undefined, ['a', bytes('1')], ['b', bytes('2')]]),
        );
      });

      claim('keeps the last of several values for one key in a batch', async () => {
        okOf(
          await one.batch.setMany(one.bucket, [
            ['a', bytes('1')],
            ['b', bytes('2')],
            ['a', bytes('3')],
          ]),
        );
        expect(await get('a')).toEqual(bytes('3'));
      });

      claim('deletes many, with those that are not there', async () => {
        for (const key of ['a', 'b', 'c']) await set(key, key);
        expect(await one.batch.deleteMany(one.bucket, ['a', 'none', 'b', 'a'])).toEqual(ok());
        expect(await allKeys(one)).toEqual(['c']);
      });

      claim(
        'takes batches of nothing',
        async () => {
          expect(await one.batch.getMany(one.bucket, [])).toEqual(ok([]));
          expect(await one.batch.setMany(one.bucket, [])).toEqual(ok());
          expect(await one.batch.deleteMany(one.bucket, [])).toEqual(ok());
        },
        'no-empty-batches',
      );
    });

    describe('links', () => {
      let one: KeyvalueClient;
      let running: Awaited<ReturnType<typeof startLinked>>;
      beforeEach(async () => {
        running = await startLinked(setup, [
          linkOf(setup, 'one', 'default', setup.first.config),
          linkOf(setup, 'one', 'other', setup.second.config),
          linkOf(setup, 'two', 'default', setup.second.config),
        ]);
        one = clientOf(setup, 'one');
      });
      afterEach(() => setup?.harness.stopAll());

      const read = async ({ store, bucket }: KeyvalueClient): Promise<Uint8Array | undefined> =>
        okOf(await store.get(bucket, 'where'));
      const write = async ({ store, bucket }: KeyvalueClient, value: string): Promise<void> => {
        okOf(await store.set(bucket, 'where', bytes(value)));
      };
      const isRefused = ({ store, bucket }: KeyvalueClient): Promise<boolean> =>
        store.get(bucket, 'where').then(({ tag }) => tag === 'err');

      claim('lead each component to its own store', async () => {
        const two = clientOf(setup, 'two');
        await write(one, 'first');
        await write(two, 'second');
        expect(await read(one)).toEqual(bytes('first'));
        expect(await read(two)).toEqual(bytes('second'));
      });

      claim('lead to the store that the component chooses among its links', async () => {
        const other = clientOf(setup, 'one', 'other');
        await write(one, 'first');
        await write(other, 'second');
        expect(await read(one)).toEqual(bytes('first'));
        expect(await read(other)).toEqual(bytes('second'));
        expect(await read(clientOf(setup, 'two'))).toEqual(bytes('second'));
      });

      claim('are needed: a component without one gets an err', async () => {
        expect(await isRefused(clientOf(setup, 'nobody'))).toBe(true);
        expect(await isRefused(clientOf(setup, 'one', 'missing'))).toBe(true);
      });

      claim('may be put while the provider runs', async () => {
        await write(one, 'first');
        await running.provider.putLink(linkOf(setup, 'late', 'default', setup.first.config));
        const late = clientOf(setup, 'late');
        await expect.poll(() => isRefused(late)).toBe(false);
        expect(await read(late)).toEqual(bytes('first'));
      });

      claim('lead elsewhere once they are put again', async () => {
        await write(clientOf(setup, 'two'), 'second');
        await running.provider.putLink(linkOf(setup, 'one', 'default', setup.second.config));
        await expect.poll(() => read(one)).toEqual(bytes('second'));
      });

      claim('end alone: other links of the component stay', async () => {
        await running.provider.deleteLink(linkOf(setup, 'one', 'default', {}));
        await expect.poll(() => isRefused(one)).toBe(true);
        await expect.poll(() => isRefused(clientOf(setup, 'one', 'other'))).toBe(false);
        expect(await isRefused(clientOf(setup, 'two'))).toBe(false);
      });

      claim('find what a process before wrote', async () => {
        await write(one, 'kept');
        await setup.harness.stopAll();
        await startLinked(setup, [linkOf(setup, 'one', 'default', setup.first.config)]);
        expect(await read(one)).toEqual(bytes('kept'));
      });
    });

    watcherClaims(() => setup, claim, patience);
  });

  /** A claim that will fail need not wait for long. */
  function patience(difference: KeyvalueDifference): { readonly timeout: number } {
    return { timeout: differences.includes(difference) ? 2_000 : 30_000 };
  }
}
