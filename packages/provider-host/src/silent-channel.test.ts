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
