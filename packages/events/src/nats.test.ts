import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNatsEventPublisher } from './nats-publisher.js';
import { componentScaled } from './payloads/component.js';
import { configDeleted, configSet } from './payloads/config.js';
import { hostStarted } from './payloads/host.js';
import type { EventPublisher } from './publisher.js';
import {
  type EventSubscription,
  type EventSubscriptionOptions,
  eventNamed,
  subscribeEvents,
} from './subscription.js';

let nats: TestNatsServer;
let host: NatsConnection;
let client: NatsConnection;
let publisher: EventPublisher;

beforeAll(async () => {
  nats = await startNatsServer();
});

afterAll(async () => {
  await nats[Symbol.asyncDispose]();
});

beforeEach(async () => {
  [host, client] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
  publisher = createNatsEventPublisher({ connection: host, lattice: 'default', source: 'N1' });
});

afterEach(async () => {
  await Promise.all([host.close(), client.close()]);
});

async function subscribe(options: Partial<EventSubscriptionOptions> = {}): Promise<EventSubscription> {
  return await subscribeEvents({ connection: client, lattice: 'default', ...options });
}

const scaled = (componentId: string): ReturnType<typeof componentScaled> =>
  componentScaled({ componentId, hostId: 'N1', imageRef: 'r', maxInstances: 1, annotations: {} });

/** Keeps the records of one level. */
function recordingLogger(level: 'warn' | 'error', records: unknown[]): Logger {
  return { ...noopLogger, [level]: (message: string, fields?: unknown) => records.push([message, fields]) };
}

describe('the NATS publisher', () => {
  it('publishes a plain message on the subject of the event', async () => {
    const raw = client.subscribe('wasmbus.evt.>', { max: 1 });
    await client.flush();
    await publisher.publish(configSet({ configName: 'x' }));
    for await (const message of raw) {
      expect(message.subject).toBe('wasmbus.evt.default.config_set');
      expect(message.headers).toBeUndefined();
      expect(message.reply).toBe('');
      expect(message.json()).toMatchObject({
        type: 'com.wasmcloud.lattice.config_set',
        source: 'N1',
        data: { config_name: 'x' },
      });
    }
  });

  it('keeps the order', async () => {
    await using events = await subscribe();
    for (let index = 0; index < 100; index += 1)
      void publisher.publish(configSet({ configName: `${index}` }));
    const last = eventNamed('config_set', ({ configName }) => configName === '99');
    await events.waitForEvent(last, { timeoutMs: 5_000 });
    const names: unknown[] = [];
    for await (const event of events.read()) {
      if (event.name === 'config_set') names.push(Number(event.data.configName));
      if (last(event)) break;
    }
    expect(names).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('warns about an event beyond max_payload and tries nonetheless', async () => {
    const records: unknown[] = [];
    const limit = host.info?.max_payload ?? 0;
    const own = createNatsEventPublisher({
      connection: host,
      lattice: 'default',
      source: 'N1',
      logger: recordingLogger('warn', records),
    });
    const big = hostStarted({ friendlyName: 'x'.repeat(limit), labels: {}, version: '1.0.0' });
    await expect(own.publish(big)).rejects.toThrow(expect.objectContaining({ code: 'MAX_PAYLOAD_EXCEEDED' }));
    expect(records).toEqual([
      [
        'host_started event is larger than the NATS server takes: raise its max_payload or run less on this host',
        { subject: 'wasmbus.evt.default.host_started', bytes: expect.any(Number), maxPayload: limit },
      ],
    ]);
  });

  it('rejects on a closed connection', async () => {
    await host.close();
    await expect(publisher.publish(configSet({ configName: 'x' }))).rejects.toThrow(
      expect.objectContaining({ code: 'CONNECTION_CLOSED' }),
    );
  });
});

describe('subscribeEvents', () => {
  it('delivers typed events with their attributes', async () => {
    await using events = await subscribe();
    await publisher.publish(scaled('hello'));
    const event = await events.waitForEvent(eventNamed('component_scaled'), { timeoutMs: 5_000 });
    expect(event).toMatchObject({ name: 'component_scaled', source: 'N1', data: { componentId: 'hello' } });
    // The predicate narrowed the type.
    expect(event.data.componentId).toBe('hello');
  });

  it('finds an event that came before the wait began', async () => {
    await using events = await subscribe();
    await publisher.publish(scaled('early'));
    await publisher.publish(configSet({ configName: 'late' }));
    await events.waitForEvent(eventNamed('config_set'), { timeoutMs: 5_000 });
    const early = await events.waitForEvent(eventNamed('component_scaled'), { timeoutMs: 5_000 });
    expect(early.data.componentId).toBe('early');
  });

  it('leaves out what came before a position', async () => {
    await using events = await subscribe();
    const isScaled = eventNamed('component_scaled');
    await publisher.publish(scaled('first'));
    await events.waitForEvent(isScaled, { timeoutMs: 5_000 });
    const from = events.position;
    await publisher.publish(scaled('second'));
    expect((await events.waitForEvent(isScaled, { from, timeoutMs: 5_000 })).data.componentId).toBe('second');
  });

  it('hears other lattices not at all, and only the chosen names', async () => {
    await using events = await subscribe({ names: ['config_set'] });
    const other = createNatsEventPublisher({ connection: host, lattice: 'other', source: 'N1' });
    await other.publish(configSet({ configName: 'elsewhere' }));
    await publisher.publish(scaled('hello'));
    await publisher.publish(configSet({ configName: 'here' }));
    await events.waitForEvent(
      eventNamed('config_set', ({ configName }) => configName === 'here'),
      {
        timeoutMs: 5_000,
      },
    );
    expect(events.position).toBe(1);
  });

  it('skips what is no event, and delivers unknown ones as such', async () => {
    const records: unknown[] = [];
    await using events = await subscribe({ logger: recordingLogger('warn', records) });
    host.publish('wasmbus.evt.default.x', new TextEncoder().encode('garbage'));
    host.publish('wasmbus.evt.default.x', new TextEncoder().encode('{"type":"x","id":"1","source":"N9"}'));
    const event = await events.waitForEvent(({ name }) => name === 'unknown', { timeoutMs: 5_000 });
    expect(event).toMatchObject({ type: 'x', source: 'N9' });
    expect(records).toHaveLength(1);
  });

  it('tells what came instead when the time is over', async () => {
    await using events = await subscribe();
    await publisher.publish(configSet({ configName: 'a' }));
    await publisher.publish(configDeleted({ configName: 'a' }));
    await events.waitForEvent(eventNamed('config_deleted'), { timeoutMs: 5_000 });
    const wait = events.waitForEvent(eventNamed('host_started'), {
      timeoutMs: 1,
      description: 'the start of host N1',
    });
    await expect(wait).rejects.toThrow(
      expect.objectContaining({
        name: 'EventTimeoutError',
        message:
          'the start of host N1 did not happen within 1 ms (instead came 1 config_set, 1 config_deleted)',
      }),
    );
  });

  it('asks whether a host is running when nothing came at all', async () => {
    await using events = await subscribe();
    await expect(events.waitForEvent(() => true, { timeoutMs: 1 })).rejects.toThrow(
      'the awaited event did not happen within 1 ms (no other event came: is a host running in this lattice?)',
    );
  });

  it('ends a wait with the reason of its signal', async () => {
    await using events = await subscribe();
    const user = new AbortController();
    const wait = events.waitForEvent(() => true, { timeoutMs: 600_000, signal: user.signal });
    user.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(events.waitForEvent(() => true, { timeoutMs: 1, signal })).rejects.toThrow('too late');
  });

  it('ends iterations and waits when it is closed, twice if need be', async () => {
    const events = await subscribe();
    await publisher.publish(configSet({ configName: 'a' }));
    await events.waitForEvent(eventNamed('config_set'), { timeoutMs: 5_000 });
    const wait = events.waitForEvent(eventNamed('host_started'), { timeoutMs: 600_000 });
    const refused = expect(wait).rejects.toThrow(
      expect.objectContaining({ name: 'EventSubscriptionClosedError' }),
    );
    await events.close();
    await events.close();
    await refused;
    const seen: string[] = [];
    for await (const event of events) seen.push(event.name);
    expect(seen).toEqual(['config_set']);
  });

  it('ends when its connection closes', async () => {
    const events = await subscribe();
    const wait = events.waitForEvent(() => true, { timeoutMs: 600_000 });
    const refused = expect(wait).rejects.toThrow(
      'the event subscription ended before the awaited event happened',
    );
    await client.close();
    await refused;
    await events.close();
  });

  it('rejects on a closed connection', async () => {
    await client.close();
    await expect(subscribe()).rejects.toThrow(expect.objectContaining({ name: 'EventSubscribeError' }));
  });
});
