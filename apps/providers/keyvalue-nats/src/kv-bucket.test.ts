import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, headers, type KV, type NatsConnection } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KvBucket, openBucket } from './kv-bucket.js';

let nats: TestNatsServer;
let connection: NatsConnection;
let bucket: KvBucket;
/** The same bucket as any other NATS client has it. */
let kv: KV;
let buckets = 0;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
});
afterAll(async () => {
  await connection.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(async () => {
  buckets += 1;
  kv = await connection.jetstream().views.kv(`bucket-${buckets}`);
  bucket = await openBucket(connection, {
    bucket: `bucket-${buckets}`,
    jsDomain: undefined,
    autoCreate: false,
  });
});

describe('bucket', () => {
  it('reads and writes what other clients write and read', async () => {
    expect(await bucket.get('a.b')).toBeUndefined();
    await bucket.set('a.b', bytes('1'));
    expect((await kv.get('a.b'))?.string()).toBe('1');
    await kv.put('a.b', bytes('2'));
    expect(await bucket.get('a.b')).toEqual(bytes('2'));
    await bucket.delete('a.b');
    await bucket.delete('a.b');
    expect(await bucket.get('a.b')).toBeUndefined();
    await kv.put('c', bytes('3'));
    await kv.delete('c');
    expect(await bucket.get('c')).toBeUndefined();
  });

  it('keeps an empty value apart from none', async () => {
    await bucket.set('empty', new Uint8Array());
    expect(await bucket.get('empty')).toEqual(new Uint8Array());
  });

  it('holds keys that KV can not', async () => {
    const keys = ['', 'a b', '日本', 'a..b', '>'];
    await bucket.setMany(keys.map((key) => [key, bytes(key)]));
    expect(await bucket.get('a b')).toEqual(bytes('a b'));
    expect((await bucket.keys()).sort()).toEqual(keys.sort());
    await bucket.deleteMany(keys);
    expect(await bucket.keys()).toEqual([]);
  });

  it('lists no keys of an empty bucket', async () => {
    expect(await bucket.keys()).toEqual([]);
  });

  it('answers many in the order asked for', async () => {
    await bucket.setMany([
      ['a', bytes('1')],
      ['b', bytes('2')],
      ['a', bytes('3')],
    ]);
    expect(await bucket.getMany(['b', 'none', 'a', 'b'])).toEqual([
      ['b', bytes('2')],
      undefined,
      ['a', bytes('3')],
      ['b', bytes('2')],
    ]);
  });

  it('counts on from what is there, and from 0 after a delete', async () => {
    expect(await bucket.increment('n', 2n)).toBe(2n);
    await kv.put('n', bytes('40'));
    expect(await bucket.increment('n', 2n)).toBe(42n);
    expect((await kv.get('n'))?.string()).toBe('42');
    await bucket.delete('n');
    expect(await bucket.increment('n', 1n)).toBe(1n);
    await bucket.set('n', new Uint8Array());
    expect(await bucket.increment('n', 1n)).toBe(1n);
    await bucket.set('n', bytes('x'));
    await expect(bucket.increment('n', 1n)).rejects.toThrow(
      `could not increment "n" in bucket "bucket-${buckets}": its value is not a decimal number`,
    );
  });

  it('takes a key that has expired for none, as its marker says', async () => {
    await bucket.setMany([
      ['a', bytes('1')],
      ['b', bytes('2')],
    ]);
    // What nats-server 2.15.3 puts in place of a message whose time is over, in a bucket with limit markers; the server of the tests may be
    // too old to have them.
    const marker = headers();
    marker.set('Nats-Marker-Reason', 'MaxAge');
    marker.set('Nats-Rollup', 'sub');
    await connection.jetstream().publish(`$KV.bucket-${buckets}.a`, new Uint8Array(), { headers: marker });
    expect(await bucket.get('a')).toBeUndefined();
    expect(await bucket.getMany(['a', 'b'])).toEqual([undefined, ['b', bytes('2')]]);
    expect(await bucket.keys()).toEqual(['b']);
    expect(await bucket.increment('a', 3n)).toBe(3n);
  });

  it('says when a value is too large for the server', async () => {
    await expect(bucket.set('big', new Uint8Array(2 ** 20 + 1))).rejects.toThrow(
      /could not set "big" in bucket "bucket-\d+": the value is larger than the NATS server allows/,
    );
  });
});

describe('openBucket', () => {
  it('says how to make a bucket that does not exist', async () => {
    const settings = { bucket: 'nowhere', jsDomain: undefined, autoCreate: false };
    await expect(openBucket(connection, settings)).rejects.toMatchObject({
      keyvalueError: {
        tag: 'other',
        val: expect.stringMatching(
          /there is no bucket "nowhere": create it .* enable_bucket_auto_create to "true"/,
        ),
      },
    });
  });

  it('makes one if it may, and uses one that is there', async () => {
    const settings = { bucket: 'made', jsDomain: undefined, autoCreate: true };
    const first = await openBucket(connection, settings);
    await first.set('a', bytes('1'));
    expect(await (await openBucket(connection, settings)).get('a')).toEqual(bytes('1'));
  });

  it('refuses a mirror, and names its origin', async () => {
    const origin = `bucket-${buckets}`;
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: `KV_mirror-of-${origin}`, mirror: { name: `KV_${origin}` } });
    const settings = { bucket: `mirror-of-${origin}`, jsDomain: undefined, autoCreate: false };
    await expect(openBucket(connection, settings)).rejects.toThrow(
      `bucket "mirror-of-${origin}" is a mirror of bucket "${origin}": link to "${origin}" itself`,
    );
  });

  it('says that JetStream does not answer in a domain nobody has', async () => {
    const settings = { bucket: 'b', jsDomain: 'nowhere', autoCreate: true };
    await expect(openBucket(connection, settings)).rejects.toThrow(/could not open bucket "b": /);
  });
});
