import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { createSilentChannel } from './silent-channel.js';

const link = (name: string, value: string): InterfaceLinkDefinition => ({
  sourceId: 'counter',
  target: 'keyvalue',
  name,
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store'],
  sourceConfig: {},
  targetConfig: { value },
});

it('puts links after a deletion only when a provider has had time to take it', async () => {
  await using nats = await startNatsServer();
  const connection = await connect({ servers: nats.url });
  const heard: string[] = [];
  for (const subject of ['put', 'delete']) {
    connection.subscribe(subject, {
      callback: (_error, message) => void heard.push(`${subject} ${message.json<{ name: string }>().name}`),
    });
  }
  const slept = Promise.withResolvers<void>();
  const sleeping = Promise.withResolvers<void>();
  const channel = createSilentChannel({
    connection,
    providerId: 'keyvalue',
    subjects: { linkPut: 'put', linkDelete: 'delete', configUpdate: 'config', secretsUpdate: 'secrets' },
    links: [link('default', 'before'), link('other', 'stays')],
    lastLines: () => [],
    sleep: () => {
      sleeping.resolve();
      return slept.promise;
    },
  });
  const putting = channel.putLink(link('default', 'after'));
  await sleeping.promise;
  await connection.flush();
  expect(heard).toEqual(['delete default']);
  slept.resolve();
  await putting;
  await connection.flush();
  expect(heard).toEqual(['delete default', 'put default', 'put other']);
  channel.stop();
  await connection.close();
});

it('says of a link what the process writes about it', async () => {
  await using nats = await startNatsServer();
  const connection = await connect({ servers: nats.url });
  connection.subscribe('put', { callback: () => {} });
  const old =
    '2026-11-29T08:52:25.000Z  WARN wasmcloud_provider_sdk::provider: receiving link failed error=of before';
  const lines = [old];
  const channel = createSilentChannel({
    connection,
    providerId: 'keyvalue',
    subjects: { linkPut: 'put', linkDelete: 'delete', configUpdate: 'config', secretsUpdate: 'secrets' },
    links: [],
    lastLines: () => [...lines],
    sleep: async () => {
      lines.push(old.replace('of before', 'failed to connect to NATS').replace(':25', ':26'));
    },
  });
  await expect(channel.putLink(link('default', 'x'))).rejects.toThrow(
    'link default (counter -> keyvalue): the provider wrote that it failed: failed to connect to NATS',
  );
  channel.stop();
  await connection.close();
});
