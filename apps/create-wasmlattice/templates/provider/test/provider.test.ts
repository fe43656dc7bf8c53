import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createClient, err, ok } from '@wasmlattice/rpc';
import { greet } from '../src/greeter-wit.ts';
import { startNatsServer } from './nats-server.ts';

// The harness plays the host: the provider is a process of its own, and calls reach it over NATS.
const id = '__NAME__';
let nats: Awaited<ReturnType<typeof startNatsServer>>;
let harness: ProviderHarness;

before(async () => {
  nats = await startNatsServer();
  const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  harness = await ProviderHarness.connect({ url: nats.url, program, id });
});
after(async () => {
  await harness[Symbol.asyncDispose]();
  nats.stop();
});

test('greets in the words of the link', async () => {
  await harness.start([
    {
      sourceId: 'caller',
      target: id,
      name: 'default',
      witNamespace: 'app',
      witPackage: 'greeter',
      interfaces: ['greet'],
      sourceConfig: {},
      targetConfig: { greeting: 'Welcome' },
    },
  ]);
  const client = createClient(harness.invoker, {
    target: id,
    interface: greet,
    headers: { 'source-id': 'caller', 'link-name': 'default' },
  });
  assert.deepEqual(await client.greet('Ada'), ok('Welcome, Ada!'));
  assert.deepEqual(await client.greet(''), err('nobody is named'));
});
