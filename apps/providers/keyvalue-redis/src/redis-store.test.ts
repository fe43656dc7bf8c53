import { ClientOfflineError } from '@redis/client';
import {
  createTestAuthority,
  startRedis,
  startRedisCluster,
  type TestRedis,
} from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandFailureOf } from './redis-store.js';
import { openStore } from './testing/open-store.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

describe('a store on one server', () => {
  it('shares its keys with other clients, in the database of its URL', async () => {
    await using first = await openStore({ URL: redis.url });
    await using third = await openStore({ URL: `${redis.url}/3` });
    await redis.command('SET shared from-elsewhere');
    expect(await first.store.get('shared')).toEqual(bytes('from-elsewhere'));
    expect(await third.store.get('shared')).toBeUndefined();
  });

  it('lists keys that hold something else than text, and says so when they are read', async () => {
    await using opened = await openStore({ URL: `${redis.url}/4` });
    await opened.connection.send('list', ['RPUSH', 'list', 'x']);
    expect((await opened.store.keys(undefined)).keys).toEqual(['list']);
    await expect(opened.store.get('list')).rejects.toThrow(/^could not get "list": .*WRONGTYPE/);
  });

  it('says when the server takes too long', async () => {
    await using server = await startRedis();
    await using opened = await openStore({ URL: server.url, BACKEND_RESPONSE_TIMEOUT_MS: '50' });
    await server.command('CLIENT PAUSE 600000 ALL');
    await expect(opened.store.get('k')).rejects.toThrow(
      'could not get "k": the Redis server did not answer within 50 ms',
    );
  });

  it('counts each increment at most once, whatever breaks', async () => {
    await using opened = await openStore({ URL: redis.url });
    let counted = 0;
    let failed = 0;
    for (let round = 0; round < 20; round += 1) {
      const results = Array.from({ length: 50 }, () => opened.store.increment('broken', 1n));
      const cut = redis.command('CLIENT KILL TYPE normal SKIPME yes');
      for (const { status } of await Promise.allSettled(results)) {
        if (status === 'fulfilled') counted += 1;
        else failed += 1;
      }
      await cut;
    }
    const value = Number((await redis.command('GET broken')).split('\r\n')[1]);
    expect(failed).toBeGreaterThan(0);
    expect(value).toBeGreaterThanOrEqual(counted);
    expect(value).toBeLessThanOrEqual(counted + failed);
  });

  it('waits for a server that is away, then says so, and works again with it', async () => {
    await using server = await startRedis();
    await using opened = await openStore({ URL: server.url, BACKEND_RESPONSE_TIMEOUT_MS: '200' });
    await opened.store.set('k', bytes('v'));
    await server.stop();
    await expect.poll(() => opened.connections.health().healthy).toBe(false);
    await expect(opened.store.get('k')).rejects.toThrow(/^could not get "k": /);
    await server.start();
    await expect.poll(() => opened.store.get('k').catch(() => undefined)).toEqual(bytes('v'));
    expect(opened.connections.health()).toEqual({ healthy: true });
    const said = opened.logger.records.map(({ message }) => message);
    expect(said).toEqual(['a Redis server is out of reach', 'a Redis server is back']);
  });

  it('needs a server that is there', async () => {
    await using gone = await startRedis();
    await gone.stop();
    await expect(openStore({ URL: `redis://:s3cret@127.0.0.1:${gone.port}` })).rejects.toThrow(
      new RegExp(`^the Redis server 127\\.0\\.0\\.1:${gone.port} can't be used: .*ECONNREFUSED`),
    );
  });
});

it('a server that can not be sent anything is out of reach, whatever was to be sent', () => {
  expect(commandFailureOf('watch keys', new ClientOfflineError()).message).toBe(
    'could not watch keys: the Redis server is out of reach',
  );
  expect(commandFailureOf('watch keys', new Error('odd')).message).toBe('could not watch keys: odd');
});

describe('a server with passwords', () => {
  it('lets in who has one, over TLS with its authority', async () => {
    const authority = createTestAuthority();
    await using server = await startRedis({ password: 's3cret', authority });
    const config = { URL: server.url, TLS_CA: authority.certificate };
    await using opened = await openStore({ ...config, PASSWORD: 's3cret' });
    await opened.store.set('k', bytes('v'));
    expect(await opened.store.get('k')).toEqual(bytes('v'));
    await expect(openStore({ ...config, PASSWORD: 'wrong' })).rejects.toMatchObject({
      keyvalueError: { tag: 'access-denied' },
    });
    await expect(openStore({ URL: server.url, PASSWORD: 's3cret' })).rejects.toThrow(
      /can't be used: .*(?:self-signed|unable to verify|unable to get)/,
    );
  });

  it('denies commands that its user may not give', async () => {
    await using server = await startRedis({ config: ['user reader on >pass ~* +get +select +hello'] });
    await using opened = await openStore({ URL: server.url, USERNAME: 'reader', PASSWORD: 'pass' });
    expect(await opened.store.get('k')).toBeUndefined();
    await expect(opened.store.set('k', bytes('v'))).rejects.toMatchObject({
      keyvalueError: { tag: 'access-denied' },
    });
  });
});

describe('a store on a cluster', () => {
  it('needs one of its servers only to find the others, and follows slots that move', async () => {
    await using cluster = await startRedisCluster();
    const [first, , last] = cluster.nodes;
    await using opened = await openStore({ URL: cluster.nodes[1]?.url ?? '', CLUSTER: 'true' });
    await opened.store.set('{foo}.before', bytes('v'));
    expect(await last?.command('EXISTS {foo}.before')).toBe(':1\r\n');
    await opened.store.delete('{foo}.before');
    const id = (await first?.command('CLUSTER MYID'))?.split('\r\n')[1];
    for (const node of cluster.nodes) await node.command(`CLUSTER SETSLOT 12182 NODE ${id}`);
    await opened.store.set('{foo}.after', bytes('w'));
    expect(await first?.command('EXISTS {foo}.after')).toBe(':1\r\n');
    expect(await opened.store.getMany(['other', '{foo}.after'])).toEqual([
      undefined,
      ['{foo}.after', bytes('w')],
    ]);
  });
});
