import { createXKey } from '@wasmlattice/identity';
import { defineSettings, text, wholeNumber } from '@wasmlattice/provider-host/config-schema';
import {
  decodeHostData,
  encodeLinkDelete,
  encodeLinkPut,
  encodeSecrets,
  type HostData,
  type InterfaceLinkDefinition,
  type SecretMap,
} from '@wasmlattice/provider-host/protocol';
import { func, ok, type Result, type Server, type TypedInterface, t, witInterface } from '@wasmlattice/rpc';
import { createNatsInvoker, createNatsServer, type NatsInvoker } from '@wasmlattice/rpc/nats';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type Msg, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderContext, ProviderFactory } from './provider.js';
import { provide } from './provider-export.js';
import { type StartedProvider, startProvider } from './start-provider.js';

interface Echo {
  echo(text: string): Promise<Result<string, string>>;
}
const echo: TypedInterface<Echo> = witInterface('acme:echo/echo@0.1.0', [
  func('echo', [['text', t.string]], t.result(t.string, t.string)),
]);

const host = createXKey();
const xkey = createXKey();
const root = 'wasmbus.rpc.default';
/** That of the client ends after a second. */
const patience = { timeout: 60_000 };

const link: InterfaceLinkDefinition = {
  sourceId: 'hello',
  target: 'p',
  name: 'default',
  witNamespace: 'acme',
  witPackage: 'echo',
  interfaces: ['echo'],
  sourceConfig: {},
  targetConfig: { n: '1' },
};

const hostData: HostData = {
  ...decodeHostData(Buffer.from('{}').toString('base64')),
  hostId: 'NHOST',
  latticeRpcPrefix: 'default',
  providerKey: 'p',
  instanceId: 'run-1',
  config: { c: '1' },
  secrets: { s: { kind: 'string', value: 'x' } },
  hostXkeyPublicKey: host.publicKey,
  providerXkeyPrivateKey: xkey.seed(),
};

let nats: TestNatsServer;
/** The host's connection. */
let client: NatsConnection;
let connection: NatsConnection;
let server: Server;
let invoker: NatsInvoker;
let started: StartedProvider | undefined;

beforeAll(async () => {
  nats = await startNatsServer();
  client = await connect({ servers: nats.url });
});
afterAll(async () => {
  await client.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(async () => {
  connection = await connect({ servers: nats.url });
  server = createNatsServer({ connection, lattice: 'default' });
  invoker = createNatsInvoker({ connection, lattice: 'default' });
});
afterEach(async () => {
  await started?.stop();
  started = undefined;
  await server.close();
  await invoker.close();
  await connection.close();
});

async function start(factory: ProviderFactory, data: Partial<HostData> = {}): Promise<StartedProvider> {
  started = await startProvider(factory, {
    name: 'p',
    hostData: { ...hostData, ...data },
    connection,
    server,
    invoker,
    logger: noopLogger,
  });
  return started;
}

/** What the provider says of its health, apart from who it is. */
async function health(): Promise<unknown> {
  const { instance_id, serving, ...reply } = (await client.request(`${root}.p.health`, '', patience)).json<
    Record<string, unknown>
  >();
  expect(instance_id).toBe('run-1');
  expect(serving).toBe(reply.message !== 'the provider is starting');
  return reply;
}

/** Collects what a provider is told and lets a test wait for the next thing. */
function mailbox<T>(): { put(value: T): void; next(): Promise<T> } {
  const values: T[] = [];
  const waiting: ((value: T) => void)[] = [];
  return {
    put(value) {
      const waiter = waiting.shift();
      if (waiter === undefined) values.push(value);
      else waiter(value);
    },
    next: () =>
      new Promise((resolve) => {
        const value = values.shift();
        if (value === undefined) waiting.push(resolve);
        else resolve(value);
      }),
  };
}

describe('startProvider', () => {
  it('makes the provider, then puts the links of the start, then serves', async () => {
    const order: string[] = [];
    let context: ProviderContext | undefined;
    await start(
      async (given) => {
        context = given;
        given.links({ open: ({ config }) => void order.push(`link ${config.n}`) });
        order.push('made');
        return { exports: [provide(echo, { echo: (text) => ok(text) })] };
      },
      { linkDefinitions: [link] },
    );
    expect(order).toEqual(['made', 'link 1']);
    expect(() => context?.links({ open: () => {} })).toThrow(/links is called too late/);
    expect(context).toMatchObject({
      id: 'p',
      lattice: 'default',
      hostId: 'NHOST',
      config: { c: '1' },
      secrets: { s: { kind: 'string', value: 'x' } },
      nats: { url: 'nats://127.0.0.1:4222' },
    });
    const answer = await invoker.invoke({
      target: 'p',
      instance: echo.id,
      func: echo.functions[0] ?? expect.unreachable(),
      params: ['hello'],
    });
    expect(answer).toEqual(ok('hello'));
  });

  it('obeys the host: links on its xkey with opened secrets, deletes, config', async () => {
    const told = mailbox<unknown>();
    await start(({ links }) => {
      links({
        open({ secrets, sourceId }) {
          told.put(secrets);
          return sourceId;
        },
        close(sourceId, end) {
          if (end === 'deleted') told.put(`delete ${sourceId}`);
        },
      });
      return { updateConfig: (config) => told.put(config) };
    });
    const sealed = host.seal(encodeSecrets({ k: { kind: 'string', value: 'v' } }), xkey.publicKey);
    client.publish(
      `${root}.${xkey.publicKey}.linkdefs.put`,
      encodeLinkPut({ ...link, targetSecrets: sealed }),
    );
    expect(await told.next()).toEqual({ k: { kind: 'string', value: 'v' } });
    client.publish(`${root}.p.linkdefs.del`, encodeLinkDelete(link));
    expect(await told.next()).toBe('delete hello');
    client.publish(`${root}.p.config.update`, 'not json');
    client.publish(`${root}.p.config.update`, '{"c":"2"}');
    expect(await told.next()).toEqual({ c: '2' });
  });

  it('takes new secrets of its own, sealed, and has them in its context', async () => {
    const told = mailbox<unknown>();
    let context: ProviderContext | undefined;
    await start((given) => {
      context = given;
      return {
        updateSecrets(secrets) {
          if (secrets.k === undefined) throw new Error('k is missing');
          told.put(secrets);
        },
      };
    });
    expect(context?.secrets).toEqual({ s: { kind: 'string', value: 'x' } });
    const secrets: SecretMap = { k: { kind: 'string', value: 'v' } };
    const ask = async (payload: Uint8Array): Promise<unknown> =>
      (await client.request(`${root}.${xkey.publicKey}.secrets.update`, payload, patience)).json();
    expect(await ask(host.seal(encodeSecrets(secrets), xkey.publicKey))).toMatchObject({ success: true });
    expect(await told.next()).toEqual(secrets);
    expect(context?.secrets).toEqual(secrets);
    expect(await ask(host.seal(encodeSecrets({}), xkey.publicKey))).toMatchObject({ error: 'k is missing' });
    expect(await ask(Uint8Array.of(1, 2))).toMatchObject({ success: false });
  });

  it('answers a host that asks what became of a link, a deletion, a config', async () => {
    await start(({ links }) => {
      links({
        open({ config }) {
          if (config.n === 'bad') throw new Error('no such bucket');
        },
        close: (_link, end) => {
          if (end === 'deleted') throw new Error('still in use');
        },
      });
      return {
        updateConfig(config) {
          if (config.c === undefined) throw new Error('c is missing');
        },
      };
    });
    const ask = async (subject: string, payload: string): Promise<unknown> =>
      (await client.request(`${root}.${subject}`, payload, patience)).json();
    const put = `${xkey.publicKey}.linkdefs.put`;
    const yes = { success: true, instance_id: 'run-1' };
    const no = (error: string) => ({ success: false, error, instance_id: 'run-1' });
    expect(await ask(put, encodeLinkPut(link))).toEqual(yes);
    expect(await ask(put, encodeLinkPut({ ...link, targetConfig: { n: 'bad' } }))).toEqual(
      no('no such bucket'),
    );
    expect(await ask(put, '{}')).toMatchObject({ success: false });
    expect(await ask(put, encodeLinkPut(link))).toEqual(yes);
    expect(await ask('p.linkdefs.del', encodeLinkDelete(link, 'NHOST'))).toEqual(no('still in use'));
    expect(await ask('p.config.update', '{"c":"2"}')).toEqual(yes);
    expect(await ask('p.config.update', '{}')).toEqual(no('c is missing'));
  });

  it('leaves deletions to the providers of the host they are for', async () => {
    const told = mailbox<string>();
    await start(
      ({ links }) => {
        links({
          open: ({ sourceId }) => sourceId,
          close: (sourceId, end) => {
            if (end === 'deleted') told.put(sourceId);
          },
        });
        return {};
      },
      { linkDefinitions: [link, { ...link, sourceId: 'other' }] },
    );
    client.publish(`${root}.p.linkdefs.del`, encodeLinkDelete({ ...link, sourceId: 'other' }, 'NOTHER'));
    client.publish(`${root}.p.linkdefs.del`, encodeLinkDelete(link));
    expect(await told.next()).toBe('hello');
  });

  it('gives the config of the moment, and opens links again whose settings change with it', async () => {
    const told = mailbox<unknown>();
    const settings = defineSettings({
      provider: 'p',
      settings: { n: text({ required: true }), c: text({ required: true }), other: text({}) },
    });
    await start(
      (context) => {
        context.links({ settings, open: (opened) => told.put([opened.settings, context.config]) });
        return { updateConfig: (config) => told.put(config) };
      },
      { linkDefinitions: [link] },
    );
    expect(await told.next()).toEqual([{ n: '1', c: '1', other: undefined }, { c: '1' }]);
    client.publish(`${root}.p.config.update`, '{"c":"2"}');
    expect([await told.next(), await told.next()]).toEqual([
      { c: '2' },
      [{ n: '1', c: '2', other: undefined }, { c: '2' }],
    ]);
    // The link has its own.
    client.publish(`${root}.p.config.update`, '{"c":"2","n":"9"}');
    client.publish(`${root}.p.config.update`, '{"c":"3"}');
    expect([await told.next(), await told.next(), await told.next()]).toEqual([
      { c: '2', n: '9' },
      { c: '3' },
      [{ n: '1', c: '3', other: undefined }, { c: '3' }],
    ]);
  });

  it('has its own settings by a schema', async () => {
    let read: (() => unknown) | undefined;
    const settings = defineSettings({
      provider: 'p',
      settings: {
        c: wholeNumber({ least: 1, most: 9, default: 5 }),
        l: text({ sides: ['target'], default: 'x' }),
      },
    });
    await start((context) => {
      read = () => context.settings(settings);
      return {};
    });
    expect(read?.()).toEqual({ c: 1, l: 'x' });
    client.publish(`${root}.p.config.update`, '{"c":"10"}');
    await expect.poll(() => health()).toEqual({ healthy: true });
    expect(read).toThrow('c is "10": give a whole number from 1 to 9');
  });

  it('takes links on its id from a host that gave no xkeys', async () => {
    const told = mailbox<string>();
    await start(
      ({ links }) => {
        links({ open: ({ sourceId }) => told.put(sourceId) });
        return {};
      },
      { hostXkeyPublicKey: '', providerXkeyPrivateKey: '' },
    );
    client.publish(`${root}.p.linkdefs.put`, encodeLinkPut(link));
    expect(await told.next()).toBe('hello');
  });

  it('answers health checks while a link is being put, and before it serves', async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let state = { healthy: false, message: 'no backend' };
    const starting = start(async () => {
      begun.resolve();
      await gate.promise;
      return { health: () => state };
    });
    await begun.promise;
    // Its subscriptions are on their way; the server knows them after this.
    await connection.flush();
    expect(await health()).toEqual({ healthy: false, message: 'the provider is starting' });
    gate.resolve();
    await starting;
    expect(await health()).toEqual(state);
    state = { healthy: true, message: 'fine' };
    expect(await health()).toEqual(state);
  });

  it('is healthy unless it says otherwise, and not when it throws', async () => {
    await start(() => ({}));
    expect(await health()).toEqual({ healthy: true });
    await started?.stop();
    await start(() => ({
      health: () => {
        throw new Error('lost');
      },
    }));
    expect(await health()).toEqual({ healthy: false, message: 'Error: lost' });
  });

  it('shuts down for its own host only: links, provider, then the reply', async () => {
    const order: string[] = [];
    const { stopped } = await start(
      ({ links }) => {
        links({ open: () => 'a link', close: (resource, end) => void order.push(`${resource}: ${end}`) });
        return { close: () => void order.push('provider') };
      },
      { linkDefinitions: [link] },
    );
    const subject = `${root}.p.default.shutdown`;
    const own = JSON.stringify({ host_id: 'NHOST' });
    const replies: Msg[] = [];
    client.subscribe('replies', { callback: (_error, message) => replies.push(message) });
    client.publish(subject, JSON.stringify({ host_id: 'NOTHER' }), { reply: 'replies' });
    // One that nobody waits for is none of ours either.
    client.publish(subject, own);
    expect(await health()).toEqual({ healthy: true });
    expect(replies).toEqual([]);
    expect(order).toEqual([]);
    const reply = await client.request(subject, own, patience);
    expect(reply.string()).toBe('shutting down');
    expect(order).toEqual(['a link: shutdown', 'provider']);
    await stopped;
  });

  it('answers calls in flight before it shuts down', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const order: string[] = [];
    const { stop } = await start(() => ({
      exports: [
        provide(echo, {
          async echo(text) {
            begun.resolve();
            await gate.promise;
            order.push('answer');
            return ok(text);
          },
        }),
      ],
      close: () => void order.push('close'),
    }));
    const caller = createNatsInvoker({ connection: client, lattice: 'default' });
    const call = caller.invoke({
      target: 'p',
      instance: echo.id,
      func: echo.functions[0] ?? expect.unreachable(),
      params: ['hello'],
    });
    await begun.promise;
    const stopping = stop();
    gate.resolve();
    expect(await call).toEqual(ok('hello'));
    await stopping;
    await stop();
    expect(order).toEqual(['answer', 'close']);
    await caller.close();
  });

  it('leaves nothing subscribed or open when it can not be made', async () => {
    const closed: string[] = [];
    const failing = start(() => {
      throw new Error('no license');
    });
    await expect(failing).rejects.toThrow('no license');
    await connection.flush();
    await expect(client.request(`${root}.p.health`, '', patience)).rejects.toThrow('503');

    await server.close();
    const unserved = start(
      ({ links }) => {
        links({ open: () => 'link', close: (resource) => void closed.push(resource) });
        return { exports: [provide(echo, { echo: ok })], close: () => void closed.push('provider') };
      },
      { linkDefinitions: [link] },
    );
    await expect(unserved).rejects.toThrow('the server is closed');
    expect(closed).toEqual(['link', 'provider']);
  });

  it('tells components who calls', async () => {
    const told = mailbox<unknown>();
    const other = await connect({ servers: nats.url });
    const component = createNatsServer({ connection: other, lattice: 'default' });
    await component.serve({
      target: 'hello',
      instance: echo.id,
      func: echo.functions[0] ?? expect.unreachable(),
      handler: async ([text], { headers }) => {
        told.put(headers);
        return ok(text);
      },
    });
    let context: ProviderContext | undefined;
    await start((given) => {
      context = given;
      return {};
    });
    await context?.invoker.invoke({
      target: 'hello',
      instance: echo.id,
      func: echo.functions[0] ?? expect.unreachable(),
      params: ['x'],
      headers: { traceparent: 'abc' },
    });
    expect(await told.next()).toEqual({ 'source-id': 'p', 'target-id': 'hello', traceparent: 'abc' });
    await component.close();
    await other.close();
  });
});
