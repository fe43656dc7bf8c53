import { freePort, startMosquitto, type TestMosquitto } from '@wasmlattice/test-support';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent, startProvider } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let opened: AsyncDisposableStack;
let scenario: Scenario;
let broker: TestMosquitto;
/** Whoever is on the broker besides the lattice. */
let client: MqttClient;
let url: string;

beforeAll(async () => {
  opened = new AsyncDisposableStack();
  broker = opened.use(await startMosquitto());
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  opened.defer(() => client.endAsync(true));
  scenario = opened.use(await startScenario());
  const { host, lattice } = scenario;
  await startProvider(lattice, host, 'mqtt', paths.messagingMqttProvider);
  for (const component of ['worker', 'asker']) {
    await startComponent(lattice, host, { id: component, wasm: paths.messenger, maxInstances: 4 });
    await putLink(lattice, {
      source: component,
      target: 'mqtt',
      interface: 'wasmcloud:messaging/consumer',
      targetConfig: { url: broker.url },
    });
  }
  await putLink(lattice, {
    source: 'mqtt',
    target: 'worker',
    interface: 'wasmcloud:messaging/handler',
    sourceConfig: {
      url: broker.url,
      subscriptions: 'jobs.*|workers',
      max_deliver: '2',
      back_off_ms: '0',
      dead_letter_subject: 'dead.jobs',
    },
  });
  url = await serveHttp(lattice, host, 'asker', await freePort());
});
afterAll(() => opened?.disposeAsync());

/** The next message on a topic. */
async function next(topic: string): Promise<IPublishPacket> {
  const { promise, resolve } = Promise.withResolvers<IPublishPacket>();
  client.on('message', (on, _body, packet) => {
    if (on === topic) resolve(packet);
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return await promise;
}

describe('components with messaging on MQTT', () => {
  it('ask each other and answer', async () => {
    const response = await fetch(`${url}/request?subject=jobs.one&body=a%20job`);
    expect(await response.json()).toEqual({ ok: 'a job was handled' });
  });

  it('publish to anybody on the broker', async () => {
    const told = next('plant/news');
    const response = await fetch(`${url}/publish?subject=plant.news&body=hello`);
    expect(await response.json()).toEqual({ ok: 'published' });
    expect((await told).payload.toString()).toBe('hello');
  });

  it('get a message again that they failed to handle, and its sender finds it among the dead letters', async () => {
    const letter = next('dead/jobs');
    await client.publishAsync('jobs/bad', 'refuse', { qos: 1 });
    const { payload, properties } = await letter;
    expect(payload.toString()).toBe('refuse');
    expect(properties?.userProperties).toMatchObject({
      'Dead-Letter-Error': 'refused on request',
      'Dead-Letter-Attempts': '2',
      'Dead-Letter-Topic': 'jobs/bad',
    });
  });
});
