import { fileURLToPath } from 'node:url';
import type { InterfaceLinkDefinition } from '@wasmlattice/provider-host/protocol';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createClient, err, ok } from '@wasmlattice/rpc';
import {
  type KeyvalueAtomics,
  type KeyvalueBatch,
  type KeyvalueStore,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
} from '@wasmlattice/rpc/interfaces';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { headers as messageHeaders } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

// The provider as a host has it: its compiled program in a process of its own, calls over NATS.

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'keyvalue';

let nats: TestNatsServer;
let harness: ProviderHarness;

beforeAll(async () => {
  nats = await startNatsServer();
  harness = await ProviderHarness.connect({ url: nats.url, program, id });
  for (const bucket of ['first', 'second', 'listed']) await harness.connection.jetstream().views.kv(bucket);
});
afterEach(() => harness.stopAll());
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

function link(name: string, targetConfig: InterfaceLinkDefinition['targetConfig']): InterfaceLinkDefinition {
  return {
    sourceId: 'counter',
    target: id,
    name,
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store', 'atomics', 'batch'],
    sourceConfig: {},
    targetConfig,
  };
}

const headers = { 'source-id': 'counter', 'link-name': 'default' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const store = (): KeyvalueStore =>
  createClient(harness.invoker, { target: id, interface: keyvalueStore, headers });
const atomics = (): KeyvalueAtomics =>
  createClient(harness.invoker, { target: id, interface: keyvalueAtomics, headers });

describe('keyvalue provider', () => {
  it('loses no increment, and fails none, of many at once on two instances', async () => {
    const links = [link('default', { bucket: 'first' })];
    await Promise.all([harness.start(links), harness.start(links)]);
    const count = 256;
    const results = await Promise.all(
      Array.from({ length: count }, () => atomics().increment('', 'hits', 1n)),
    );
    const sums = results.map((result) => (result.tag === 'ok' ? Number(result.val) : result.val));
    expect(sums.sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: count }, (_, i) => i + 1),
    );
    expect(await store().get('', 'hits')).toEqual(ok(bytes(String(count))));
  });

  it('chooses the bucket by the link that the component names, else by that of the call', async () => {
    await harness.start([link('default', { bucket: 'first' }), link('other', { bucket: 'second' })]);
    await store().set('other', 'where', bytes('second'));
    for (const anonymous of ['', 'default'])
      expect(await store().get(anonymous, 'where')).toEqual(ok(undefined));
    expect(await store().get('missing', 'where')).toEqual(
      err({
        tag: 'other',
        val: 'component counter has no link named missing to this provider; it has default, other: put one for wasi:keyvalue from it to the provider',
      }),
    );
  });

  it('answers with what is wrong with a link, and recovers by itself', async () => {
    const host = await harness.start([link('default', { bucket: 'later' })]);
    expect(await store().get('', 'k')).toEqual(
      err({ tag: 'other', val: expect.stringMatching(/there is no bucket "later"/) }),
    );
    await harness.connection.jetstream().views.kv('later');
    expect(await store().get('', 'k')).toEqual(ok(undefined));
    await expect(host.provider.putLink(link('other', {}))).rejects.toThrow(
      /: bucket is missing: put it into the target config of the link/,
    );
    await host.logged(/a link failed .*bucket is missing/);
  });

  it('says who is not linked', async () => {
    await harness.start([]);
    expect(await store().get('', 'k')).toEqual(
      err({
        tag: 'other',
        val: expect.stringMatching(
          /^component counter has no link named default .*: put one for wasi:keyvalue/,
        ),
      }),
    );
  });

  it('takes the config of the provider for links without one', async () => {
    await harness.start([link('default', {})], {
      bucket: 'made-by-provider',
      enable_bucket_auto_create: 'true',
    });
    expect(await store().set('', 'k', bytes('v'))).toEqual(ok());
  });

  it('takes another config of the provider in place', async () => {
    const config = { bucket: 'before', enable_bucket_auto_create: 'true' };
    const host = await harness.start([link('default', {})], config);
    await store().set('', 'k', bytes('v'));
    await host.provider.updateConfig({ ...config, bucket: 'after' });
    expect(await store().get('', 'k')).toEqual(ok(undefined));
    await host.provider.updateConfig(config);
    expect(await store().get('', 'k')).toEqual(ok(bytes('v')));
  });

  it('takes a key that has expired for one that is not there, whatever is asked of it', async () => {
    await harness.connection.jetstream().views.kv('expiring');
    await harness.start([link('default', { bucket: 'expiring' })]);
    for (const key of ['gone', 'kept']) await store().set('', key, bytes('v'));
    // What nats-server puts in the place of a message whose time is over, in a bucket with limit markers.
    const marker = messageHeaders();
    marker.set('Nats-Marker-Reason', 'MaxAge');
    marker.set('Nats-Rollup', 'sub');
    const stream = harness.connection.jetstream();
    await stream.publish('$KV.expiring.gone', new Uint8Array(), { headers: marker });
    expect(await store().get('', 'gone')).toEqual(ok(undefined));
    expect(await store().exists('', 'gone')).toEqual(ok(false));
    expect(await store().listKeys('', undefined)).toEqual(ok({ keys: ['kept'], cursor: undefined }));
    const batch = createClient<KeyvalueBatch>(harness.invoker, {
      target: id,
      interface: keyvalueBatch,
      headers,
    });
    expect(await batch.getMany('', ['gone', 'kept'])).toEqual(ok([undefined, ['kept', bytes('v')]]));
  });

  it('is healthy, and exits by itself when it is stopped', async () => {
    const { provider } = await harness.start([link('default', { bucket: 'first' })]);
    const reply = await harness.connection.request(`wasmbus.rpc.default.${id}.health`, '', {
      timeout: 60_000,
    });
    expect(reply.json()).toMatchObject({ healthy: true });
    await provider.stop();
    expect(provider.state).toEqual({ tag: 'stopped' });
  });
});
