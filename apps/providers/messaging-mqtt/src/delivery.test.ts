import { ToldComponent } from '@wasmlattice/messaging/testing';
import {
  createTestAuthority,
  RecordingLogger,
  startMosquitto,
  type TestMosquitto,
} from '@wasmlattice/test-support';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerAccess, BrokerSession } from './broker-access.js';
import { Delivery, type DeliverySettings } from './delivery.js';

let broker: TestMosquitto;
let client: MqttClient;
let logger: RecordingLogger;
let running: Delivery[];
let outcomes: string[];
let tests = 0;
/** First level of the topics of one test. */
let root: string;

beforeAll(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
});
afterAll(async () => {
  await client.endAsync(true);
  await broker[Symbol.asyncDispose]();
});
beforeEach(() => {
  logger = new RecordingLogger();
  running = [];
  outcomes = [];
  root = `t${++tests}`;
});
afterEach(async () => {
  await Promise.all(running.map((delivery) => delivery.stop(AbortSignal.abort())));
});

function access(values: Partial<BrokerAccess> = {}): BrokerAccess {
  return {
    url: broker.url,
    version: '5',
    username: undefined,
    password: undefined,
    tls: { ca: undefined, certificate: undefined, key: undefined },
    keepAliveSeconds: 60,
    will: undefined,
    ...values,
  };
}

let sessions = 0;
function session(values: Partial<BrokerSession> = {}): BrokerSession {
  return { clientId: `client-${++sessions}`, isKept: false, expirySeconds: 300, maxMessages: 20, ...values };
}

async function start(component: ToldComponent, values: Partial<DeliverySettings> = {}): Promise<Delivery> {
  const delivery = await Delivery.start({
    settings: {
      access: access(),
      session: session(),
      style: 'dots',
      filters: [`${root}/#`],
      qos: 1,
      retained: 'all',
      maxDeliver: 3,
      backOffMs: [0],
      deadLetterTopic: undefined,
      handlerTimeoutMs: 60_000,
      ...values,
    },
    component: 'worker',
    linkName: 'default',
    invoker: component.invoker,
    metrics: { count: (outcome) => outcomes.push(outcome) },
    logger,
  });
  running.push(delivery);
  return delivery;
}

const publish = (text: string, options: mqtt.IClientPublishOptions = {}): Promise<unknown> =>
  client.publishAsync(`${root}/a`, text, { qos: 1, ...options });

/** A component that answers when it is told to. */
function slowComponent(): { readonly component: ToldComponent; answer(): void } {
  const waiting: (() => void)[] = [];
  return {
    component: new ToldComponent(() => new Promise((resolve) => waiting.push(() => resolve('ok')))),
    answer: () => waiting.shift()?.(),
  };
}

/** What arrives on a topic from now on. */
async function listen(topic: string): Promise<{ next(): Promise<IPublishPacket> }> {
  const arrived: IPublishPacket[] = [];
  client.on('message', (on, _, packet) => {
    if (on === topic) arrived.push(packet);
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return {
    async next() {
      await expect.poll(() => arrived.length).toBeGreaterThan(0);
      return arrived.shift() as IPublishPacket;
    },
  };
}

describe('a message', () => {
  it('has its subject, and what else MQTT says of it', async () => {
    const component = new ToldComponent(() => 'ok');
    await start(component);
    await publish('hello', {
      properties: {
        responseTopic: 'back/1.0',
        correlationData: Buffer.from('c1'),
        userProperties: { traceparent: '00-1' },
      },
    });
    await expect.poll(() => component.texts).toEqual(['hello']);
    expect(component.handed[0]).toMatchObject({
      message: { subject: `${root}.a`, replyTo: `back.1/0#${Buffer.from('c1').toString('base64url')}` },
      headers: { traceparent: '00-1', 'link-name': 'default' },
    });
  });

  it.each([1, 2] as const)('with QoS %i is acknowledged after its component has answered', async (qos) => {
    const { component, answer } = slowComponent();
    const { clientId } = session();
    await start(component, { qos, session: session({ clientId }) });
    await publish('one', { qos });
    await expect.poll(() => component.texts).toEqual(['one']);
    const acknowledgement = qos === 1 ? 'PUBACK' : 'PUBREC';
    // A second message and its answer come after whatever was sent for the first.
    await publish('two', { qos });
    await expect.poll(() => component.texts).toEqual(['one', 'two']);
    expect(broker.log()).not.toMatch(new RegExp(`Received ${acknowledgement} from ${clientId}`));
    answer();
    answer();
    // QoS 2 goes on to its end.
    const end = qos === 1 ? `Received PUBACK from ${clientId}` : `Received PUBCOMP from ${clientId}`;
    await expect.poll(() => broker.log().split(end).length - 1).toBe(2);
  });

  it('is handled while others are, and pings go on', async () => {
    const { component, answer } = slowComponent();
    const delivery = await start(component, { access: access({ keepAliveSeconds: 1 }) });
    for (const text of ['1', '2', '3']) await publish(text);
    await expect.poll(() => component.texts).toEqual(['1', '2', '3']);
    // The broker ends a connection after one and a half intervals without a sign of life, the client after a ping without answer.
    const pings = (): number =>
      broker
        .log()
        .split('\n')
        .filter((line) => /Sending PINGRESP/.test(line)).length;
    const before = pings();
    await expect.poll(pings).toBeGreaterThan(before + 2);
    expect(delivery.isConnected).toBe(true);
    expect(logger.records).toEqual([]);
    for (const _ of [1, 2, 3]) answer();
    await expect.poll(() => outcomes).toEqual(['handled', 'handled', 'handled']);
  });

  it('comes again after a failure, then is a dead letter that says why', async () => {
    const letters = await listen(`dead/${root}`);
    const component = new ToldComponent((text) => (text === 'poison' ? { err: 'bad\r\nbyte' } : 'ok'));
    await start(component, { deadLetterTopic: `dead/${root}`, maxDeliver: 2 });
    await publish('poison', { properties: { userProperties: { tenant: 'blue' } } });
    await publish('fine');
    const letter = await letters.next();
    expect(letter.payload.toString()).toBe('poison');
    expect({ ...letter.properties?.userProperties }).toEqual({
      tenant: 'blue',
      'Dead-Letter-Reason': 'handler-error',
      'Dead-Letter-Error': 'bad byte',
      'Dead-Letter-Component': 'worker',
      'Dead-Letter-Attempts': '2',
      'Dead-Letter-Topic': `${root}/a`,
      'Dead-Letter-Time': expect.stringMatching(/^20\d\d-/),
    });
    await expect.poll(() => outcomes.toSorted()).toEqual(['dead-letter', 'handled', 'redelivered']);
  });

  it('is given up where nobody wants dead letters, and tried once with QoS 0', async () => {
    const component = new ToldComponent(() => 'trap');
    await start(component);
    await publish('thrice');
    await expect.poll(() => outcomes).toEqual(['redelivered', 'redelivered', 'given-up']);
    await publish('once', { qos: 0 });
    await expect.poll(() => outcomes.slice(3)).toEqual(['given-up']);
    expect(component.texts).toEqual(['thrice', 'thrice', 'thrice', 'once']);
  });

  it('waits for a component that does not run', async () => {
    const component = new ToldComponent((_, attempt) => (attempt < 3 ? 'absent' : 'ok'));
    await start(component, { maxDeliver: 1 });
    await publish('patient');
    await expect.poll(() => outcomes).toEqual(['handled']);
  });

  it('that is retained is handed over as the link says', async () => {
    await publish('kept', { retain: true });
    const all = new ToldComponent(() => 'ok');
    await start(all, { filters: [`${root}/#`] });
    await expect.poll(() => all.texts).toEqual(['kept']);
    const none = new ToldComponent(() => 'ok');
    await start(none, { retained: 'none' });
    const old = new ToldComponent(() => 'ok');
    await start(old, { retained: 'none', access: access({ version: '3.1.1' }) });
    await publish('new');
    await expect.poll(() => [...none.texts, ...old.texts]).toEqual(['new', 'new']);
  });
});

describe('a delivery', () => {
  it('shares messages with others of its group', async () => {
    const components = [new ToldComponent(() => 'ok'), new ToldComponent(() => 'ok')];
    for (const component of components) await start(component, { filters: [`$share/workers/${root}/#`] });
    const texts = Array.from({ length: 40 }, (_, job) => String(job));
    for (const text of texts) await publish(text);
    const all = (): readonly string[] => components.flatMap((component) => component.texts);
    await expect.poll(() => all().length).toBe(40);
    expect(all().toSorted()).toEqual(texts.toSorted());
  });

  it('has no more messages than it may handle', async () => {
    const { component, answer } = slowComponent();
    await start(component, { session: session({ maxMessages: 2 }) });
    for (const text of ['1', '2', '3']) await publish(text);
    await expect.poll(() => component.texts).toEqual(['1', '2']);
    answer();
    await expect.poll(() => component.texts).toEqual(['1', '2', '3']);
    answer();
    answer();
  });

  it('gets what came while it was away, and what it had not acknowledged', async () => {
    const kept = session({ isKept: true });
    const { component } = slowComponent();
    const first = await start(component, { session: kept });
    await publish('unfinished');
    await expect.poll(() => component.texts).toEqual(['unfinished']);
    await first.stop(AbortSignal.abort());
    await publish('missed');
    const next = new ToldComponent(() => 'ok');
    await start(next, { session: kept });
    await expect.poll(() => next.texts).toEqual(['unfinished', 'missed']);
  });

  it('ends what is in flight before it stops', async () => {
    const kept = session({ isKept: true });
    const { component, answer } = slowComponent();
    const delivery = await start(component, { session: kept });
    await publish('last');
    await expect.poll(() => component.texts).toEqual(['last']);
    const stopped = delivery.stop();
    await publish('for another');
    answer();
    await stopped;
    const next = new ToldComponent(() => 'ok');
    await start(next, { session: kept });
    await expect.poll(() => next.texts).toEqual(['for another']);
  });

  it('goes on after the broker was away, and handles nothing twice that it still handles', async () => {
    await using other = await startMosquitto();
    const { component, answer } = slowComponent();
    const delivery = await start(component, {
      access: access({ url: other.url }),
      session: session({ isKept: true }),
    });
    const sender = await mqtt.connectAsync(other.url, { protocolVersion: 5, reconnectPeriod: 100 });
    await sender.publishAsync(`${root}/a`, 'slow', { qos: 1 });
    await expect.poll(() => component.texts).toEqual(['slow']);
    await other.restart();
    await expect.poll(() => delivery.isConnected).toBe(true);
    // The broker has sent it again by the time the next one comes.
    await sender.publishAsync(`${root}/a`, 'next', { qos: 1 });
    await expect.poll(() => component.texts).toEqual(['slow', 'next']);
    answer();
    answer();
    await delivery.stop();
    const later = new ToldComponent(() => 'ok');
    await sender.publishAsync(`${root}/a`, 'later', { qos: 1 });
    await start(later, { access: access({ url: other.url }), session: session({ isKept: true }) });
    await sender.publishAsync(`${root}/a`, 'last', { qos: 1 });
    await expect.poll(() => later.texts).toEqual(['last']);
    await sender.endAsync(true);
  });
});

describe('a connection', () => {
  const component = new ToldComponent(() => 'ok');

  it('speaks MQTT 3.1.1', async () => {
    const old = new ToldComponent(() => 'ok');
    await start(old, { access: access({ version: '3.1.1' }) });
    await publish('plain');
    await expect.poll(() => old.texts).toEqual(['plain']);
  });

  it('is encrypted, and shows a certificate and a password where they are asked for', async () => {
    const authority = createTestAuthority();
    const { certificate, key } = authority.issue('worker');
    await using strict = await startMosquitto({ authority, needsClientCertificate: true });
    const tls = { ca: authority.certificate, certificate, key };
    await start(component, { access: access({ url: strict.url, tls }) });
    await expect(
      start(component, { access: access({ url: strict.url, tls: { ...tls, ca: undefined } }) }),
    ).rejects.toThrow(/could not connect to mqtts:\/\/127\.0\.0\.1:\d+: .*certificate/);

    await using closed = await startMosquitto({ users: { joe: 'sesame' } });
    await start(component, { access: access({ url: closed.url, username: 'joe', password: 'sesame' }) });
    const wrong = access({ url: closed.url, username: 'joe', password: 'guess' });
    await expect(start(component, { access: wrong })).rejects.toThrow(
      /does not let the user in; check username/,
    );
  });

  it('that nobody answers is refused', async () => {
    const nobody = access({ url: 'mqtt://joe:sesame@127.0.0.1:1' });
    await expect(start(component, { access: nobody })).rejects.toThrow(
      'could not connect to mqtt://127.0.0.1:1: nobody listens there; check url, and that the broker runs',
    );
  });

  it('has a will, which a farewell takes back', async () => {
    const wills = await listen(`will/${root}`);
    const will = (payload: string) =>
      access({ will: { topic: `will/${root}`, payload, qos: 1, isRetained: false } });
    const polite = await start(component, { access: will('polite') });
    await polite.stop();
    const { clientId } = session();
    await start(component, { access: will('killed'), session: session({ clientId }) });
    // Another client of its id: the broker cuts it off.
    const usurper = await mqtt.connectAsync(broker.url, { protocolVersion: 5, clientId, reconnectPeriod: 0 });
    expect((await wills.next()).payload.toString()).toBe('killed');
    await usurper.endAsync(true);
  });
});
