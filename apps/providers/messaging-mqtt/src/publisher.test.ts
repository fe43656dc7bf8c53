import { noopLogger } from '@wasmlattice/telemetry';
import { startMosquitto, type TestMosquitto } from '@wasmlattice/test-support';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MqttVersion } from './broker-access.js';
import { BrokerConnection } from './broker-connection.js';
import { BrokerPublisher, type PublishSettings } from './publisher.js';
import { ReplyInbox } from './reply-inbox.js';

let broker: TestMosquitto;
let client: MqttClient;
let connections: BrokerConnection[];
let root: string;
let tests = 0;

beforeAll(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
});
afterAll(async () => {
  await client.endAsync(true);
  await broker[Symbol.asyncDispose]();
});
beforeEach(() => {
  connections = [];
  root = `p${++tests}`;
});
afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.end()));
});

async function publisher(
  values: Partial<PublishSettings> = {},
  version: MqttVersion = '5',
  url = broker.url,
): Promise<BrokerPublisher> {
  const access = {
    url,
    version,
    username: undefined,
    password: undefined,
    tls: { ca: undefined, certificate: undefined, key: undefined },
    keepAliveSeconds: 60,
    will: undefined,
  };
  const session = {
    clientId: `${root}-${connections.length}`,
    isKept: false,
    expirySeconds: 0,
    maxMessages: 100,
  };
  const connection = await BrokerConnection.open(access, session, noopLogger);
  connections.push(connection);
  return new BrokerPublisher(connection, new ReplyInbox(connection, `replies/${session.clientId}`), {
    style: 'dots',
    qos: 1,
    isRetained: false,
    ...values,
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const message = (subject: string, text: string, replyTo?: string) => ({
  subject,
  body: bytes(text),
  replyTo,
});

/** Whoever is on the broker besides the provider. */
async function onMessage(filter: string, react: (packet: IPublishPacket) => void): Promise<void> {
  client.on('message', (topic, _, packet) => {
    if (topic.startsWith(filter.replace('#', ''))) react(packet);
  });
  await client.subscribeAsync(filter, { qos: 2 });
}

describe('publishing', () => {
  it.each([0, 1, 2] as const)('has the topic, trace and QoS %i of the link', async (qos) => {
    const arrived: IPublishPacket[] = [];
    await onMessage(`${root}/#`, (packet) => arrived.push(packet));
    const one = await publisher({ qos });
    await one.publish(message(`${root}.a/5`, 'hello'), { traceparent: '00-1' });
    await expect.poll(() => arrived.length).toBe(1);
    expect(arrived[0]).toMatchObject({ topic: `${root}/a.5`, qos, retain: false });
    expect({ ...arrived[0]?.properties?.userProperties }).toEqual({ traceparent: '00-1' });
    expect(arrived[0]?.payload.toString()).toBe('hello');
  });

  it('leaves the last message of a topic with the broker where the link says so', async () => {
    const one = await publisher({ isRetained: true });
    await one.publish(message(`${root}.state`, 'on'), {});
    const arrived: IPublishPacket[] = [];
    await onMessage(`${root}/#`, (packet) => arrived.push(packet));
    await expect
      .poll(() => arrived.map(({ payload, retain }) => [payload.toString(), retain]))
      .toEqual([['on', true]]);
  });

  it('says where replies go, and answers requests of others', async () => {
    const arrived: IPublishPacket[] = [];
    await onMessage(`${root}/#`, (packet) => arrived.push(packet));
    const one = await publisher();
    await one.publish(message(`${root}.ask`, '', `${root}.back`), {});
    await one.publish(message(`${root}.back#${Buffer.from('c1').toString('base64url')}`, 'answer'), {});
    await expect.poll(() => arrived.length).toBe(2);
    expect(
      arrived.map(({ properties }) => [properties?.responseTopic, properties?.correlationData?.toString()]),
    ).toEqual([
      [`${root}/back`, undefined],
      [undefined, 'c1'],
    ]);
  });

  it('with MQTT 3.1.1 has no replies', async () => {
    const one = await publisher({}, '3.1.1');
    await one.publish(message(`${root}.a`, 'x'), { traceparent: '00-1' });
    await expect(one.publish(message(`${root}.a`, 'x', 'back'), {})).rejects.toThrow(/needs MQTT 5/);
    await expect(one.request(`${root}.a`, bytes(''), 1, {})).rejects.toThrow(/needs MQTT 5/);
  });

  it.each(['', 'a.*', 'a\0', 'a#b#c'])('refuses the subject %j', async (subject) => {
    const one = await publisher();
    await expect(one.publish(message(subject, ''), {})).rejects.toThrow(/is not a subject to publish to/);
    await expect(one.publish(message('a', '', subject), {})).rejects.toThrow(/is not a subject for replies/);
  });

  it('fails at once without a connection, and is there again after it', async () => {
    await using other = await startMosquitto();
    const one = await publisher({}, '5', other.url);
    const back = new Promise<void>((resolve) => connections[0]?.client.once('close', resolve));
    const restarted = other.restart();
    await back;
    await expect(one.publish(message('a', ''), {})).rejects.toThrow(
      /could not publish to a: there is no connection to mqtt:/,
    );
    await restarted;
    await expect.poll(() => connections[0]?.isConnected).toBe(true);
    await one.publish(message('a', ''), {});
  });
});

describe('a request', () => {
  it('has the answer to it, and not that to another', async () => {
    await onMessage(`${root}/#`, ({ payload, properties }) => {
      const { correlationData, responseTopic = '' } = properties ?? {};
      void client.publishAsync(responseTopic, `${payload.toString()}!`, {
        qos: 1,
        properties: correlationData === undefined ? {} : { correlationData },
      });
    });
    const one = await publisher();
    const answers = await Promise.all(
      ['1', '2', '3'].map((text) => one.request(`${root}.svc`, bytes(text), 30_000, {})),
    );
    expect(answers.map(({ body }) => new TextDecoder().decode(body))).toEqual(['1!', '2!', '3!']);
  });

  it('ends at once when nobody listens, and in time when nobody answers', async () => {
    const one = await publisher();
    await expect(one.request(`${root}.nobody`, bytes(''), 30_000, {})).rejects.toThrow(
      `could not ask ${root}.nobody: nobody listens`,
    );
    await onMessage(`${root}/#`, () => {});
    await expect(one.request(`${root}.silent`, bytes(''), 20, {})).rejects.toThrow(
      `could not ask ${root}.silent: no answer within 20 ms`,
    );
  });
});
