import type { Invocation, Invoker } from '@wasmlattice/rpc';
import { RecordingLogger, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, headers, type KV, type NatsConnection } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ChangeWatchOptions, startChangeWatch } from './change-watch.js';

let nats: TestNatsServer;
let connection: NatsConnection;
let bucket: string;
let kv: KV;
let buckets = 0;

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
});
afterAll(async () => {
  await connection.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(async () => {
  bucket = `watched-${buckets++}`;
  kv = await connection.jetstream().views.kv(bucket, { history: 20 });
});

/** Components that keep what they are told; `fails` is asked before. */
function recordingInvoker(fails: () => boolean = () => false) {
  const told: string[] = [];
  const invoker: Invoker = {
    async invoke({ func, params }: Invocation) {
      if (fails()) throw new Error('the component is not there');
      const [, key, value] = params as [string, string, Uint8Array?];
      told.push([func.name, key, value === undefined ? '' : Buffer.from(value).toString()].join(' '));
      return undefined;
    },
  };
  return { told, invoker };
}

function optionsFor(invoker: Invoker): ChangeWatchOptions {
  return {
    connection,
    settings: { bucket, jsDomain: undefined },
    keys: [{ key: 'price', set: true, delete: true }],
    owner: ['default', 'keyvalue', 'watcher', 'default'],
    component: 'watcher',
    invoker,
    logger: new RecordingLogger(),
  };
}

describe('a watch', () => {
  it('tells of the changes from its start on, in their order', async () => {
    const { told, invoker } = recordingInvoker();
    await kv.put('price', 'before');
    const watch = await startChangeWatch(optionsFor(invoker));
    await kv.put('price', '1');
    await kv.put('other', 'x');
    await kv.delete('price');
    await kv.put('price', '2');
    const beforePurge = ['on-set price 1', 'on-delete price ', 'on-set price 2'];
    await expect.poll(() => told).toEqual(beforePurge);
    // A purge takes the earlier changes out of the bucket, those not told yet included.
    await kv.purge('price');
    await expect.poll(() => told).toEqual([...beforePurge, 'on-delete price ']);
    await watch.end();
  });

  it('tells of a key that has expired as of one that was deleted', async () => {
    const { told, invoker } = recordingInvoker();
    const watch = await startChangeWatch(optionsFor(invoker));
    await kv.put('price', '1');
    await expect.poll(() => told).toEqual(['on-set price 1']);
    // As nats-server 2.11 and later do in a bucket with limit markers.
    const marker = headers();
    marker.set('Nats-Marker-Reason', 'MaxAge');
    await connection.jetstream().publish(`$KV.${bucket}.price`, new Uint8Array(), { headers: marker });
    await expect.poll(() => told).toEqual(['on-set price 1', 'on-delete price ']);
    await watch.end();
  });

  it('tells again of a change that the component could not take', async () => {
    let failures = 1;
    const { told, invoker } = recordingInvoker(() => failures-- > 0);
    const watch = await startChangeWatch(optionsFor(invoker));
    await kv.put('price', '1');
    await kv.put('price', '2');
    await expect.poll(() => told).toEqual(['on-set price 1', 'on-set price 2']);
    await watch.end();
  });

  it('of several members of a provider tells each change once, and later what happened meanwhile', async () => {
    const { told, invoker } = recordingInvoker();
    const members = await Promise.all([1, 2].map(() => startChangeWatch(optionsFor(invoker))));
    const values = Array.from({ length: 10 }, (_, value) => `on-set price ${value}`);
    for (const [value] of values.entries()) await kv.put('price', String(value));
    await expect.poll(() => told).toEqual(values);
    await Promise.all(members.map((member) => member.close()));
    await kv.put('price', 'meanwhile');
    const back = await startChangeWatch(optionsFor(invoker));
    await expect.poll(() => told).toEqual([...values, 'on-set price meanwhile']);
    await back.end();
  });
});
