import type { Invocation, Invoker } from '@wasmlattice/rpc';
import { RecordingLogger, startRedis, type TestRedis } from '@wasmlattice/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startKeyWatch } from './key-watch.js';
import { openStore, type TestStore } from './testing/open-store.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis({ config: ['notify-keyspace-events K$gxe'] });
});
afterAll(() => redis[Symbol.asyncDispose]());
beforeEach(async () => void (await redis.command('FLUSHALL')));

/** Watches `price` in database 2 for a component that keeps what it is told; `fails` is asked before. */
async function watchPrice(
  { connection, store }: TestStore,
  fails: () => boolean = () => false,
): Promise<AsyncDisposable & { readonly told: string[] }> {
  const told: string[] = [];
  const invoker: Invoker = {
    async invoke({ func, params }: Invocation) {
      if (fails()) throw new Error('the component is not there');
      const [, key, value] = params as [string, string, Uint8Array?];
      told.push([func.name, key, ...(value === undefined ? [] : [Buffer.from(value).toString()])].join(' '));
      return undefined;
    },
  };
  const watch = await startKeyWatch({
    connection,
    store,
    database: 2,
    keys: [{ key: 'price:eur', set: true, delete: true }],
    component: 'watcher',
    invoker,
    logger: new RecordingLogger(),
  });
  return { told, [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
}

describe('a watch', () => {
  it('tells of keys that expire or get another name as of those that are deleted', async () => {
    await using opened = await openStore({ URL: `${redis.url}/2` });
    await using watch = await watchPrice(opened);
    await opened.connection.send('', ['SET', 'price:eur', '1', 'PX', '5']);
    await expect.poll(() => watch.told.at(-1)).toBe('on-delete price:eur');
    await opened.connection.send('', ['SET', 'other', '2']);
    await opened.connection.send('', ['RENAME', 'other', 'price:eur']);
    await expect.poll(() => watch.told.at(-1)).toBe('on-set price:eur 2');
    await opened.connection.send('', ['RENAME', 'price:eur', 'other']);
    await expect.poll(() => watch.told.at(-1)).toBe('on-delete price:eur');
  });

  it('tells again of a change that the component could not take, with the value of that moment', async () => {
    await using opened = await openStore({ URL: `${redis.url}/2` });
    let failures = 1;
    await using watch = await watchPrice(opened, () => failures-- > 0);
    await opened.store.set('price:eur', new TextEncoder().encode('1'));
    await expect.poll(() => failures).toBe(0);
    await opened.store.set('price:eur', new TextEncoder().encode('2'));
    await expect.poll(() => watch.told.at(0)).toBe('on-set price:eur 2');
  });

  it('goes on when the server was away', async () => {
    await using server = await startRedis({ config: ['notify-keyspace-events K$gxe'] });
    await using opened = await openStore({ URL: `${server.url}/2` });
    await using watch = await watchPrice(opened);
    await server.stop();
    await server.start();
    // Until the watch is back, changes are lost.
    await expect
      .poll(async () => {
        await opened.store.set('price:eur', new TextEncoder().encode('1')).catch(() => {});
        return watch.told.length > 0;
      })
      .toBe(true);
  });

  it('needs a server that tells of changes', async () => {
    await using silent = await startRedis();
    await using opened = await openStore({ URL: `${silent.url}/2` });
    await expect(watchPrice(opened)).rejects.toThrow(
      /its notify-keyspace-events is "" and needs K\$g .*: redis-cli CONFIG SET notify-keyspace-events K\$gxe$/,
    );
  });
});
