import { fileURLToPath } from 'node:url';
import type { InterfaceLinkDefinition, LinkIdentity } from '@wasmlattice/provider-host/protocol';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createClient, err, ok, type Result, type Server, serveInterface } from '@wasmlattice/rpc';
import {
  type BrokerMessage,
  type MessagingConsumer,
  messagingConsumer,
  messagingHandler,
} from '@wasmlattice/rpc/interfaces';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import type { MsgHdrs, NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

// The provider as a host has it: its compiled program in a process of its own, calls over NATS.

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'messaging';

let nats: TestNatsServer;
let harness: ProviderHarness;
let connection: NatsConnection;
let server: Server;

beforeAll(async () => {
  nats = await startNatsServer();
  harness = await ProviderHarness.connect({ url: nats.url, program, id });
  connection = harness.connection;
  server = createNatsServer({ connection, lattice: 'default' });
});
afterEach(() => harness.stopAll());
afterAll(async () => {
  await server.close();
  await harness[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

function link(values: Partial<InterfaceLinkDefinition>): InterfaceLinkDefinition {
  return {
    sourceId: 'asker',
    target: id,
    name: 'default',
    witNamespace: 'wasmcloud',
    witPackage: 'messaging',
    interfaces: ['consumer'],
    sourceConfig: {},
    targetConfig: {},
    ...values,
  };
}

/** A link by which `component` handles messages. */
function source(component: string, subscriptions: string, name = 'default'): InterfaceLinkDefinition {
  return link({
    sourceId: id,
    target: component,
    name,
    interfaces: ['handler'],
    sourceConfig: { subscriptions },
  });
}

const consumer = (linkName = 'default', sourceId = 'asker'): MessagingConsumer =>
  createClient(harness.invoker, {
    target: id,
    interface: messagingConsumer,
    headers: { 'source-id': sourceId, 'link-name': linkName, traceparent: '00-1' },
  });

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const message = (subject: string, text: string, replyTo?: string): BrokerMessage => ({
  subject,
  body: bytes(text),
  replyTo,
});

/** Serves the handler of a component and keeps what it gets. */
async function component(
  target: string,
  handle: (got: BrokerMessage) => Promise<Result<undefined, string>> = async () => ok(),
): Promise<{ readonly got: BrokerMessage[]; readonly headers: Record<string, string>[] }> {
  const got: BrokerMessage[] = [];
  const headers: Record<string, string>[] = [];
  await serveInterface(server, {
    target,
    interface: messagingHandler,
    implementation: {
      handleMessage(arrived, context) {
        got.push(arrived);
        headers.push(context.headers);
        return handle(arrived);
      },
    },
  });
  return { got, headers };
}

describe('messaging provider', () => {
  it('publishes for a component, with the trace of its call', async () => {
    await harness.start([link({})]);
    const subscription = connection.subscribe('out.>', { max: 1 });
    await connection.flush();
    expect(await consumer().publish(message('out.a', 'hello', 'back'))).toEqual(ok());
    for await (const { subject, data, reply, headers } of subscription) {
      expect([subject, new TextDecoder().decode(data), reply]).toEqual(['out.a', 'hello', 'back']);
      expect(headers?.get('traceparent')).toBe('00-1');
    }
  });

  it('takes malformed headers for none', async () => {
    const { got } = await component('sturdy');
    await harness.start([source('sturdy', 'sturdy.in')]);
    // The NATS client would not send them itself, and throws when it is asked for them.
    const headers = { encode: () => bytes('NATS/1.0\r\nbad key: x\r\n\r\n') } as unknown as MsgHdrs;
    for (const count of [1, 2, 3]) {
      connection.publish('sturdy.in', bytes('odd'), { headers });
      await expect.poll(() => got.length).toBe(count);
    }
  });

  it('asks, and says when nobody answers', async () => {
    await harness.start([link({}), link({ name: 'inbox', targetConfig: { custom_inbox_prefix: '_MINE' } })]);
    const inboxes: (string | undefined)[] = [];
    const service = connection.subscribe('svc', {
      callback(_error, asked) {
        inboxes.push(asked.reply);
        asked.respond(`${asked.string()}!`);
      },
    });
    const silent = connection.subscribe('silent', { callback() {} });
    await connection.flush();
    expect(await consumer().request('svc', bytes('ping'), 30_000)).toMatchObject(
      ok({ body: bytes('ping!'), replyTo: undefined }),
    );
    expect(await consumer('inbox').request('svc', bytes('ping'), 30_000)).toMatchObject(
      ok({ body: bytes('ping!') }),
    );
    expect(inboxes[1]).toMatch(/^_MINE\./);
    expect(await consumer().request('nobody', bytes(''), 30_000)).toEqual(
      err('could not ask nobody: nobody listens'),
    );
    expect(await consumer().request('silent', bytes(''), 20)).toEqual(
      err('could not ask silent: no answer within 20 ms'),
    );
    service.unsubscribe();
    silent.unsubscribe();
  });

  it('refuses subjects that are none, and components without link', async () => {
    await harness.start([link({})]);
    const injected = 'a 1\r\nx\r\nPUB b';
    expect(await consumer().publish(message(injected, ''))).toEqual(
      err(expect.stringMatching(/is not a subject to publish to/)),
    );
    expect(await consumer().publish(message('a', '', 'b c'))).toMatchObject({ tag: 'err' });
    expect(await consumer().request('a.*', bytes(''), 1)).toMatchObject({ tag: 'err' });
    expect(await consumer('default', 'stranger').publish(message('a', ''))).toEqual(
      err(
        expect.stringMatching(
          /component stranger has no link named default .*: put one for wasmcloud:messaging/,
        ),
      ),
    );
    expect(await consumer().publish(message('a', 'x'.repeat(2_000_000)))).toEqual(
      err(expect.stringMatching(/larger than the NATS server allows/)),
    );
  });

  it('hands messages to the components that subscribe, and lets them answer', async () => {
    await harness.start([source('one', 'in.*, other'), link({ sourceId: 'one' })]);
    const { got, headers } = await component('one', async ({ body, replyTo }) => {
      if (replyTo === undefined) return ok();
      return await consumer('default', 'one').publish({ subject: replyTo, body, replyTo: undefined });
    });
    connection.publish('other', 'plain');
    const answer = await connection.request('in.a', 'echo', { timeout: 30_000 });
    expect(answer.string()).toBe('echo');
    expect(got).toEqual([
      message('other', 'plain'),
      { subject: 'in.a', body: bytes('echo'), replyTo: expect.any(String) },
    ]);
    expect(headers[0]).toMatchObject({ 'source-id': id, 'target-id': 'one', 'link-name': 'default' });
  });

  it('shares the messages of a queue group, and repeats them without one', async () => {
    const links = [source('worker', 'jobs|workers'), source('watcher', 'jobs')];
    const hosts = await Promise.all([harness.start(links), harness.start(links)]);
    expect(hosts).toHaveLength(2);
    const worker = await component('worker');
    const watcher = await component('watcher');
    for (let job = 0; job < 50; job++) connection.publish('jobs', String(job));
    await expect.poll(() => [worker.got.length, watcher.got.length]).toEqual([50, 100]);
    expect(new Set(worker.got.map(({ body }) => new TextDecoder().decode(body))).size).toBe(50);
  });

  it('goes on after a message that its component could not handle', async () => {
    const host = await harness.start([source('failing', 'bad')]);
    connection.publish('bad', 'nobody serves yet');
    await host.logged(/could not be handed to its component.*failing/);
    await component('failing', async () => err('not today'));
    connection.publish('bad', 'x');
    await host.logged(/failed to handle a message.*not today/);
  });

  it('follows changes of a link, and stops with it', async () => {
    const host = await harness.start([source('moving', 'before')]);
    const { got } = await component('moving');
    await host.provider.putLink(source('moving', 'after'));
    await host.logged(/subscribed for a component.*after/);
    connection.publish('before', '1');
    connection.publish('after', '2');
    await expect.poll(() => got.map(({ subject }) => subject)).toEqual(['after']);
    const gone: LinkIdentity = source('moving', '');
    await host.provider.deleteLink(gone);
    await host.logged(/link deleted/);
    await host.provider.putLink(source('moving', 'later', 'second'));
    await host.logged(/subscribed for a component.*later/);
    connection.publish('after', '3');
    connection.publish('later', '4');
    await expect.poll(() => got.map(({ subject }) => subject)).toEqual(['after', 'later']);
  });

  it('hands messages of a stream to a component until it has handled them, and puts those that fail aside', async () => {
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'] });
    await manager.streams.add({ name: 'DEAD', subjects: ['dead.>'] });
    const entry = {
      stream: 'ORDERS',
      consumer: 'workers',
      create: true,
      max_deliver: 2,
      back_off_ms: [0],
      dead_letter_subject: 'dead.orders',
    };
    const consumers = JSON.stringify([entry]);
    const host = await harness.start([
      { ...source('clerk', ''), sourceConfig: { consumers } },
      link({ sourceId: 'clerk', targetConfig: { publish_to_streams: 'true' } }),
    ]);
    const { got } = await component('clerk', async ({ body }) =>
      new TextDecoder().decode(body) === 'bad' ? err('no such order') : ok(),
    );
    const clerk = consumer('default', 'clerk');
    expect(await clerk.publish(message('orders.new', 'good'))).toEqual(ok());
    expect(await clerk.publish(message('orders.new', 'bad'))).toEqual(ok());
    await host.logged(/is delivered again.*no such order/);
    await host.logged(/is a dead letter.*no such order/);
    expect(got.map(({ body }) => new TextDecoder().decode(body)).toSorted()).toEqual(['bad', 'bad', 'good']);
    expect(await manager.streams.getMessage('DEAD', { last_by_subj: 'dead.orders' })).toMatchObject({
      seq: 1,
    });
    expect(await clerk.publish(message('nowhere', 'x'))).toEqual(
      err('could not publish to nowhere: no stream keeps it'),
    );
    expect(await clerk.publish(message('orders.new', 'x', 'back'))).toEqual(
      err(expect.stringMatching(/has no replies/)),
    );
    await host.provider.stop();
    await expect
      .poll(async () => (await manager.consumers.info('ORDERS', 'workers')).num_ack_pending, {
        timeout: 30_000,
      })
      .toBe(0);
  });

  it('ends what its component still handles when its link goes', async () => {
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'SLOW', subjects: ['slow'] });
    const consumers = JSON.stringify([{ stream: 'SLOW', consumer: 'c', create: true }]);
    const slow = { ...source('slow', ''), sourceConfig: { consumers } };
    const host = await harness.start([slow]);
    const { promise, resolve } = Promise.withResolvers<void>();
    const { got } = await component('slow', async () => {
      await promise;
      return ok();
    });
    await connection.jetstream().publish('slow', 'x');
    await expect.poll(() => got.length).toBe(1);
    await host.provider.deleteLink(slow);
    await host.logged(/link deleted/);
    expect((await manager.consumers.info('SLOW', 'c')).num_ack_pending).toBe(1);
    resolve();
    await expect.poll(async () => (await manager.consumers.info('SLOW', 'c')).num_ack_pending).toBe(0);
  });

  it('refuses a link it can not serve', async () => {
    const host = await harness.start([]);
    await expect(
      host.provider.putLink({ ...source('c', 'a'), sourceConfig: { consumers: '[{"stream":"S"}]' } }),
    ).rejects.toThrow(/consumers\[0\] has no consumer/);
    await host.logged(/a link failed/);
    await host.provider.putLink(source('c', ''));
    await host.logged(/subscribes to nothing/);
  });
});
