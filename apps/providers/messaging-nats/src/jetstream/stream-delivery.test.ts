import { type Reaction, ToldComponent } from '@wasmlattice/messaging/testing';
import { noopMeter } from '@wasmlattice/telemetry';
import {
  createTempDir,
  RecordingLogger,
  startNatsServer,
  type TestNatsServer,
} from '@wasmlattice/test-support';
import { AckPolicy, connect, headers, type JetStreamManager, type NatsConnection, nanos } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../delivery.js';
import { type ConsumerSettings, readConsumers } from './consumer-settings.js';
import { startStreamDelivery } from './stream-delivery.js';

let nats: TestNatsServer;
let connection: NatsConnection;
let manager: JetStreamManager;
let logger: RecordingLogger;
let running: Delivery[];
let jobs = 0;
/** Stream and subjects of one test. */
let stream: string;

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
  manager = await connection.jetstreamManager();
});
afterAll(async () => {
  await connection.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(async () => {
  logger = new RecordingLogger();
  running = [];
  stream = `JOBS${++jobs}`;
  await manager.streams.add({ name: stream, subjects: [`${stream}.>`] });
});
afterEach(async () => {
  for (const delivery of running) delivery.close();
  await Promise.all(running.map((delivery) => delivery.settled()));
});

function settings(values: Readonly<Record<string, unknown>> = {}): ConsumerSettings {
  const entry = { stream, consumer: 'workers', create: true, back_off_ms: [0], ...values };
  return readConsumers(JSON.stringify([entry]))[0] as ConsumerSettings;
}

async function start(
  component: ToldComponent,
  values: Readonly<Record<string, unknown>> = {},
): Promise<Delivery> {
  const delivery = await startStreamDelivery({
    connection,
    settings: settings(values),
    jsDomain: undefined,
    component: 'worker',
    linkName: 'default',
    invoker: component.invoker,
    meter: noopMeter,
    logger,
  });
  running.push(delivery);
  return delivery;
}

const publish = (text: string): Promise<unknown> => connection.jetstream().publish(`${stream}.a`, text);

/** Messages that are not done: to be delivered, or being handled. */
async function left(): Promise<number> {
  const { num_ack_pending, num_pending } = await manager.consumers.info(stream, 'workers');
  return num_pending + num_ack_pending;
}

/** A component that answers when it is told to. */
function slowComponent(): { readonly component: ToldComponent; answer(reaction?: Reaction): void } {
  const waiting: ((reaction: Reaction) => void)[] = [];
  return {
    component: new ToldComponent(() => new Promise((resolve) => waiting.push(resolve))),
    answer: (reaction = 'ok') => waiting.shift()?.(reaction),
  };
}

describe('a message of a stream', () => {
  it('is acknowledged only after its component has answered', async () => {
    const { component, answer } = slowComponent();
    await start(component);
    await publish('one');
    await expect.poll(() => component.texts).toEqual(['one']);
    expect(await left()).toBe(1);
    answer();
    await expect.poll(left).toBe(0);
    expect(component.handed[0]?.message).toMatchObject({ subject: `${stream}.a`, replyTo: undefined });
  });

  it('comes again after a failure, with the trace of its sender', async () => {
    const component = new ToldComponent(
      (_, attempt) => (['trap', { err: 'not yet' }] as const)[attempt - 1] ?? 'ok',
    );
    await start(component);
    const traced = headers();
    traced.set('traceparent', '00-1');
    await connection.jetstream().publish(`${stream}.a`, 'again', { headers: traced });
    await expect.poll(left).toBe(0);
    await expect.poll(() => component.texts).toEqual(['again', 'again', 'again']);
    expect(component.handed[2]?.headers).toMatchObject({ traceparent: '00-1', 'link-name': 'default' });
    expect(
      logger.records.filter(({ message }) => /is delivered again/.test(message)).map(({ fields }) => fields),
    ).toEqual([
      expect.objectContaining({
        attempt: 1,
        error: expect.stringMatching(/it trapped/),
        component: 'worker',
      }),
      expect.objectContaining({ attempt: 2, error: 'not yet' }),
    ]);
  });

  it('waits after each failure as the back-off says', async () => {
    const component = new ToldComponent((_, attempt) => (attempt < 3 ? { err: 'no' } : 'ok'));
    await start(component, { back_off_ms: [1, 2] });
    await publish('x');
    await expect.poll(left).toBe(0);
    const waits = logger.records.map(({ fields }) => fields.again_in_ms).filter((wait) => wait !== undefined);
    expect(waits).toEqual([1, 2]);
  });

  it('is a dead letter after the last attempt, and says why', async () => {
    await manager.streams.add({ name: `DEAD${stream}`, subjects: [`dead.${stream}`] });
    const component = new ToldComponent((text) =>
      text === 'poison' ? { err: 'bad\r\nNats-Rollup: all' } : 'ok',
    );
    await start(component, { max_deliver: 2, dead_letter_subject: `dead.${stream}` });
    const given = headers();
    given.set('tenant', 'blue');
    given.set('Nats-Msg-Id', 'original');
    await connection.jetstream().publish(`${stream}.a`, 'poison', { headers: given });
    await publish('fine');
    await expect.poll(left).toBe(0);
    expect(component.texts.toSorted()).toEqual(['fine', 'poison', 'poison']);
    const letter = await manager.streams.getMessage(`DEAD${stream}`, { last_by_subj: `dead.${stream}` });
    expect(letter.string()).toBe('poison');
    expect(Object.fromEntries([...letter.header].map(([name, [value]]) => [name, value]))).toEqual({
      tenant: 'blue',
      'Nats-Msg-Id': `dead-letter/${stream}/workers/1`,
      'Dead-Letter-Reason': 'handler-error',
      'Dead-Letter-Error': 'bad Nats-Rollup: all',
      'Dead-Letter-Component': 'worker',
      'Dead-Letter-Attempts': '2',
      'Dead-Letter-Subject': `${stream}.a`,
      'Dead-Letter-Stream': stream,
      'Dead-Letter-Consumer': 'workers',
      'Dead-Letter-Sequence': '1',
      'Dead-Letter-Time': expect.stringMatching(/^20\d\d-/),
    });
  });

  it('is given up after the last attempt where nobody wants dead letters', async () => {
    const component = new ToldComponent(() => 'trap');
    await start(component, { max_deliver: 3 });
    await publish('x');
    await expect.poll(left).toBe(0);
    expect(component.texts).toHaveLength(3);
    expect(logger.records).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringMatching(/is given up/) }),
    );
  });

  it('is a dead letter without a further attempt when those before died with their hosts', async () => {
    await manager.streams.add({ name: `DEAD${stream}`, subjects: [`dead.${stream}`] });
    await manager.consumers.add(stream, {
      durable_name: 'workers',
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(1_000),
    });
    await publish('crash');
    // Whoever has it says nothing, as one that was killed.
    const consumer = await connection.jetstream().consumers.get(stream, 'workers');
    expect((await consumer.next())?.string()).toBe('crash');
    const component = new ToldComponent(() => 'ok');
    await start(component, { max_deliver: 1, dead_letter_subject: `dead.${stream}` });
    await expect.poll(left).toBe(0);
    expect(component.texts).toEqual([]);
    const letter = await manager.streams.getMessage(`DEAD${stream}`, { last_by_subj: `dead.${stream}` });
    expect(letter.header.get('Dead-Letter-Reason')).toBe('attempts-lost');
  });

  it('stays with a component that takes longer than the ack wait', async () => {
    const { component, answer } = slowComponent();
    await start(component, { ack_wait_ms: 1_000 });
    await publish('long');
    // The server would deliver it again after a second. Two messages that come again at that pace, one after the other, show when it has passed.
    await expect.poll(() => component.texts).toEqual(['long']);
    const clock = await clockOf(2_500);
    await clock.passed;
    expect(component.texts).toEqual(['long']);
    answer();
    await expect.poll(left).toBe(0);
  });

  it('waits for a component that does not run, and that costs no attempt', async () => {
    const component = new ToldComponent((_, attempt) => (attempt < 3 ? 'absent' : 'ok'));
    await start(component, { max_deliver: 1 });
    await publish('patient');
    await expect.poll(left).toBe(0);
    expect(component.texts).toHaveLength(3);
    expect(logger.records.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect((await manager.consumers.info(stream, 'workers')).delivered.consumer_seq).toBe(1);
  });
});

/** Time of the server: a message of another stream whose ack wait is that long. */
async function clockOf(ms: number): Promise<{ readonly passed: Promise<unknown> }> {
  const name = `CLOCK${stream}`;
  await manager.streams.add({ name, subjects: [name] });
  await manager.consumers.add(name, {
    durable_name: 'clock',
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ms),
  });
  await connection.jetstream().publish(name);
  const consumer = await connection.jetstream().consumers.get(name, 'clock');
  await consumer.next();
  return { passed: consumer.next() };
}

describe('a delivery', () => {
  it('has no more messages than it may handle', async () => {
    const { component, answer } = slowComponent();
    await start(component, { max_messages: 2 });
    for (const text of ['1', '2', '3']) await publish(text);
    await expect.poll(() => component.texts).toEqual(['1', '2']);
    const { num_ack_pending, num_pending } = await manager.consumers.info(stream, 'workers');
    expect([num_ack_pending, num_pending]).toEqual([2, 1]);
    answer();
    await expect.poll(() => component.texts).toEqual(['1', '2', '3']);
    answer();
    answer();
    await expect.poll(left).toBe(0);
  });

  it('has no more bytes than it may, but a single message of any size', async () => {
    const { component, answer } = slowComponent();
    await start(component, { max_bytes: 20 });
    for (const text of ['a message of more than twenty', 'second 8', 'third 8!', 'fourth 8'])
      await publish(text);
    await expect.poll(() => component.handed.length).toBe(1);
    answer();
    await expect.poll(() => component.texts.slice(1)).toEqual(['second 8', 'third 8!']);
    const { num_ack_pending, num_pending } = await manager.consumers.info(stream, 'workers');
    expect([num_ack_pending, num_pending]).toEqual([2, 1]);
    for (const _ of [2, 3]) answer();
    await expect.poll(() => component.texts.slice(3)).toEqual(['fourth 8']);
    answer();
    await expect.poll(left).toBe(0);
  });

  it('shares a consumer with others', async () => {
    const components = [new ToldComponent(() => 'ok'), new ToldComponent(() => 'ok')];
    for (const component of components) await start(component, { max_messages: 5 });
    for (let job = 0; job < 50; job += 1) await publish(String(job));
    await expect.poll(left).toBe(0);
    const all = components.flatMap(({ texts }) => texts);
    expect(new Set(all).size).toBe(50);
    expect(all).toHaveLength(50);
  });

  it('ends what is in flight when it is closed, and takes nothing more', async () => {
    const { component, answer } = slowComponent();
    const delivery = await start(component);
    await publish('last');
    await expect.poll(() => component.texts).toEqual(['last']);
    delivery.close();
    await publish('for another');
    answer();
    await delivery.settled();
    await connection.flush();
    await expect.poll(left).toBe(1);
    const next = new ToldComponent(() => 'ok');
    await start(next);
    await expect.poll(() => next.texts).toEqual(['for another']);
  });

  it('gives back what waits for its component when it is closed', async () => {
    const delivery = await start(new ToldComponent(() => 'absent'));
    await publish('waiting');
    await expect.poll(() => logger.records.length).toBeGreaterThan(0);
    delivery.close();
    await delivery.settled();
    const next = new ToldComponent(() => 'ok');
    await start(next);
    await expect.poll(() => next.texts).toEqual(['waiting']);
  });

  it('goes on with a consumer that was away', async () => {
    const component = new ToldComponent(() => 'ok');
    const delivery = await start(component);
    await manager.consumers.delete(stream, 'workers');
    await expect.poll(() => delivery.problem).toMatch(/consumer/i);
    await expect.poll(() => delivery.problem).toBeUndefined();
    await publish('back');
    await expect.poll(() => component.texts).toEqual(['back']);
  });
});

it('a delivery goes on when the server was away, with what it handled meanwhile', async () => {
  await using dir = await createTempDir();
  const first = await startNatsServer({ storeDir: dir.path });
  const client = await connect({ servers: first.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const jetstream = client.jetstream();
  const streams = (await client.jetstreamManager()).streams;
  await streams.add({ name: stream, subjects: [`${stream}.>`] });
  const { component, answer } = slowComponent();
  const delivery = await startStreamDelivery({
    connection: client,
    settings: settings(),
    jsDomain: undefined,
    component: 'worker',
    linkName: 'default',
    invoker: component.invoker,
    meter: noopMeter,
    logger,
  });
  await jetstream.publish(`${stream}.a`, 'before');
  await expect.poll(() => component.texts).toEqual(['before']);
  await first[Symbol.asyncDispose]();
  answer();
  await using _second = await startNatsServer({ storeDir: dir.path, port: first.port });
  await expect
    .poll(() =>
      jetstream.publish(`${stream}.a`, 'after').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  await expect.poll(() => component.texts).toContain('after');
  answer();
  const consumers = (await client.jetstreamManager()).consumers;
  await expect.poll(async () => (await consumers.info(stream, 'workers')).num_ack_pending).toBe(0);
  expect(component.texts.filter((text) => text === 'before')).toHaveLength(1);
  delivery.close();
  await delivery.settled();
  await client.close();
});

describe('a consumer', () => {
  const component = new ToldComponent(() => 'ok');

  it('is made as the settings say, and kept so', async () => {
    await start(component, { filter_subjects: [`${stream}.a`], ack_wait_ms: 7_000, deliver_policy: 'new' });
    expect((await manager.consumers.info(stream, 'workers')).config).toMatchObject({
      ack_wait: nanos(7_000),
      deliver_policy: 'new',
      filter_subject: `${stream}.a`,
      max_deliver: -1,
    });
    await start(component, { ack_wait_ms: 8_000, max_ack_pending: 5 });
    expect((await manager.consumers.info(stream, 'workers')).config).toMatchObject({
      ack_wait: nanos(8_000),
      max_ack_pending: 5,
      filter_subject: `${stream}.a`,
    });
  });

  it.each([
    [{ create: false }, /consumer workers of stream JOBS\d+: there is none; make it/],
    [{ stream: 'NOWHERE' }, /there is no such stream/],
    [{ dead_letter_subject: 'dead' }, /has no effect without max_deliver/],
    [{ dead_letter_subject: 'dead', max_deliver: 1 }, /no stream keeps what is published to dead/],
  ])('%j is refused', async (values, reason) => {
    await expect(start(component, values)).rejects.toThrow(reason);
  });

  it('does not get its own dead letters', async () => {
    const values = { dead_letter_subject: `${stream}.dead`, max_deliver: 1 };
    await expect(start(component, values)).rejects.toThrow(/gets its own dead letters/);
    await manager.consumers.delete(stream, 'workers');
    await start(component, { ...values, filter_subjects: [`${stream}.a`] });
  });

  it('of another kind is refused', async () => {
    await manager.consumers.add(stream, { durable_name: 'workers', ack_policy: AckPolicy.None });
    await expect(start(component)).rejects.toThrow(/its ack policy is none; it has to be explicit/);
    await manager.consumers.delete(stream, 'workers');
    await manager.consumers.add(stream, {
      durable_name: 'workers',
      ack_policy: AckPolicy.Explicit,
      deliver_subject: 'x',
    });
    await expect(start(component)).rejects.toThrow(/push consumer/);
  });

  it('may have a limit of its own; the lower one counts', async () => {
    await manager.consumers.add(stream, {
      durable_name: 'workers',
      ack_policy: AckPolicy.Explicit,
      max_deliver: 2,
    });
    const failing = new ToldComponent(() => 'trap');
    await start(failing, { create: false, max_deliver: 5 });
    await publish('x');
    await expect.poll(left).toBe(0);
    expect(failing.texts).toHaveLength(2);
  });
});
