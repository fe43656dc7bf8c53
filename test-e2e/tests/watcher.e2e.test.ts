import { createClient } from '@wasmlattice/rpc';
import { keyvalueWatcher } from '@wasmlattice/rpc/interfaces';
import { createNatsInvoker, type NatsInvoker } from '@wasmlattice/rpc/nats';
import type { KV } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkKeyvalue, putLink, startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let invoker: NatsInvoker;
let bucket: KV;

beforeAll(async () => {
  scenario = await startScenario();
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id: 'watcher', wasm: paths.watcher });
  await linkKeyvalue(lattice, host, 'watcher', 'watched');
  await host.child.waitForLine(/bucket opened.*watcher/);
  invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'default' });
  bucket = await lattice.connection.jetstream().views.kv('watched');
});
afterAll(async () => {
  await invoker?.close();
  await scenario?.[Symbol.asyncDispose]();
});

const value = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a component that exports wasi:keyvalue/watcher', () => {
  it('is told of changes over wrpc:keyvalue/watcher and uses the bucket it is given', async () => {
    const watcher = createClient(invoker, { target: 'watcher', interface: keyvalueWatcher });
    // The number of a handle, as upstream's providers send it.
    await watcher.onSet('0', 'orders', value('three'));
    expect((await bucket.get('copy-of-orders'))?.string()).toBe('three');
    await watcher.onDelete('0', 'orders');
    expect((await bucket.get('copy-of-orders'))?.operation).not.toBe('PUT');
  });

  it('gets a bucket of the name that the provider says', async () => {
    const watcher = createClient(invoker, { target: 'watcher', interface: keyvalueWatcher });
    await watcher.onSet('default', 'names', value('known'));
    expect((await bucket.get('copy-of-names'))?.string()).toBe('known');
    await expect(watcher.onSet('elsewhere', 'names', value('unknown'))).rejects.toMatchObject({
      code: 'peer-failed',
    });
  });

  it('is told by the key-value provider of the keys that its link names', async () => {
    const { host, lattice } = scenario;
    await putLink(lattice, {
      source: 'keyvalue',
      target: 'watcher',
      interface: 'wasi:keyvalue/watcher',
      sourceConfig: { bucket: 'watched', watch: 'SET@price,DEL@price,SET@stock' },
    });
    await host.child.waitForLine(/bucket watched.*watcher/);
    await bucket.put('unnamed', 'x');
    await bucket.put('price', '100');
    await host.child.waitForLine(/copied price/);
    expect((await bucket.get('copy-of-price'))?.string()).toBe('100');
    await bucket.delete('price');
    await host.child.waitForLine(/forgot price/);
    expect((await bucket.get('copy-of-price'))?.operation).not.toBe('PUT');
    // Its deletion is not on the list; the change after it comes in order.
    await bucket.put('stock', '1');
    await host.child.waitForLine(/copied stock/);
    expect(host.child.output()).not.toMatch(/copied unnamed/);
  });

  it('is told no more once the link is gone', async () => {
    const { lattice } = scenario;
    const { consumers } = await lattice.connection.jetstreamManager();
    await lattice.succeed('link.del', {
      source_id: 'keyvalue',
      name: 'default',
      wit_namespace: 'wasi',
      wit_package: 'keyvalue',
    });
    const left = async (): Promise<number> => (await consumers.list('KV_watched').next()).length;
    await expect.poll(left, { interval: 50 }).toBe(0);
  });
});
