import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinkDelivery, type LinkDelivery } from './link-delivery.js';
import { decodeLink, providerLinkPutSubject } from './protocol/index.js';
import { createManualSleep, type ManualSleep } from './testing/manual-sleep.js';

let nats: TestNatsServer;
let connection: NatsConnection;
let provider: NatsConnection;
let xkeys = 0;

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
  provider = await connect({ servers: nats.url });
});
afterAll(async () => {
  await connection.close();
  await provider.close();
  await nats[Symbol.asyncDispose]();
});

function link(values: InterfaceLinkDefinition['targetConfig']): InterfaceLinkDefinition {
  return {
    sourceId: 'counter',
    target: 'kv',
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: {},
    targetConfig: values,
  };
}

interface Setup {
  readonly delivery: LinkDelivery;
  readonly time: ManualSleep;
  /** What the provider has heard since it listens. */
  readonly heard: InterfaceLinkDefinition['targetConfig'][];
  listen(): Promise<void>;
  /** Resolves once everything published so far has arrived. */
  settled(): Promise<void>;
}

function setup(): Setup {
  xkeys += 1;
  const subject = providerLinkPutSubject('default', `X${xkeys}`);
  const time = createManualSleep();
  const heard: InterfaceLinkDefinition['targetConfig'][] = [];
  return {
    time,
    heard,
    delivery: createLinkDelivery({ connection, subject, sleep: time.sleep }),
    async listen() {
      provider.subscribe(subject, {
        callback: (_error, message) => heard.push(decodeLink(message.string()).targetConfig),
      });
      await provider.flush();
    },
    async settled() {
      await connection.flush();
      await provider.flush();
    },
  };
}

describe('link delivery', () => {
  it('publishes once to a provider that listens', async () => {
    const { delivery, heard, listen, settled } = setup();
    await listen();
    await delivery.put(link({ n: '1' }));
    await delivery.put(link({ n: '1' }));
    await settled();
    expect(heard).toEqual([{ n: '1' }, { n: '1' }]);
  });

  it('publishes again until the provider listens, and no more then', async () => {
    const { delivery, heard, listen, settled, time } = setup();
    await delivery.put(link({ n: '1' }));
    expect(await time.begun()).toBe(50);
    time.elapse();
    expect(await time.begun()).toBe(100);
    await listen();
    time.elapse();
    await expect.poll(() => heard).toEqual([{ n: '1' }]);
    await settled();
    expect(heard).toHaveLength(1);
  });

  it('delivers only the latest values of a link', async () => {
    const { delivery, heard, listen, settled, time } = setup();
    await delivery.put(link({ n: '1' }));
    await time.begun();
    await delivery.put(link({ n: '2' }));
    await time.begun();
    await listen();
    time.elapse();
    await expect.poll(() => heard).toEqual([{ n: '2' }]);
    await settled();
    expect(heard).toHaveLength(1);
  });

  it('forgets a link that was deleted, and all when it stops', async () => {
    const { delivery, heard, listen, settled, time } = setup();
    await delivery.put(link({ n: '1' }));
    await time.begun();
    delivery.forget(link({}));
    await delivery.put(link({ n: '2' }));
    await time.begun();
    delivery.stop();
    delivery.stop();
    await listen();
    await settled();
    expect(heard).toEqual([]);
  });
});
