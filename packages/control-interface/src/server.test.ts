import type { Logger, Tracer } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, headers, type Msg, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlRecord } from './control-record.js';
import { type ControlHandlers, failed, ok, silent } from './handlers.js';
import { type ControlServer, type ControlServerOptions, serveControlInterface } from './server.js';
import { type RecordedCall, recordingHandlers } from './testing/recording-handlers.js';

let nats: TestNatsServer;
let host: NatsConnection;
let client: NatsConnection;
let calls: RecordedCall[];
let servers: ControlServer[];

beforeAll(async () => {
  nats = await startNatsServer();
});

afterAll(async () => {
  await nats[Symbol.asyncDispose]();
});

beforeEach(async () => {
  [host, client] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
  calls = [];
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all([host.close(), client.close()]);
});

const root = 'wasmbus.ctl.v1.default';

async function serve(
  overrides: Partial<ControlHandlers> = {},
  options: Partial<ControlServerOptions> = {},
): Promise<ControlServer> {
  const handlers = recordingHandlers((call) => calls.push(call), overrides);
  const server = await serveControlInterface({
    connection: host,
    lattice: 'default',
    hostId: 'N1',
    handlers,
    ...options,
  });
  servers.push(server);
  return server;
}

async function request(tail: string, payload = ''): Promise<Msg> {
  return await client.request(`${root}.${tail}`, payload, { timeout: 60_000 });
}

async function reply(tail: string, payload = ''): Promise<unknown> {
  return (await request(tail, payload)).json();
}

/** Resolves once everything sent to the hosts before has reached them. */
async function settled(): Promise<void> {
  await client.flush();
  await host.flush();
}

describe('dispatch', () => {
  it.each([
    ['host.stop.N1', '', 'stopHost', { hostId: '' }],
    ['host.stop.N1', '{"host_id":"N1","timeout":100}', 'stopHost', { hostId: 'N1', timeoutMs: 100 }],
    ['label.put.N1', '{"key":"a","value":"b"}', 'putLabel', { key: 'a', value: 'b' }],
    ['label.del.N1', '{"key":"a"}', 'deleteLabel', { key: 'a' }],
    [
      'component.update.N1',
      '{"component_id":"a","new_component_ref":"r"}',
      'updateComponent',
      { componentId: 'a', newComponentRef: 'r', hostId: '' },
    ],
    [
      'component.canary.N1',
      '{"component_id":"a","component_ref":"r","share_ppm":100000}',
      'canaryComponent',
      { componentId: 'a', componentRef: 'r', share: 0.1, hostId: '' },
    ],
    [
      'provider.start.N1',
      '{"provider_id":"p"}',
      'startProvider',
      { providerId: 'p', providerRef: '', hostId: '', config: [], annotations: {}, allowUpdate: false },
    ],
    [
      'provider.stop.N1',
      '{"provider_ref":"p","host_id":"N1"}',
      'stopProvider',
      { providerId: 'p', hostId: 'N1' },
    ],
    [
      'link.del',
      '{"source_id":"a","wit_namespace":"b","wit_package":"c"}',
      'deleteLink',
      { sourceId: 'a', name: 'default', witNamespace: 'b', witPackage: 'c' },
    ],
    ['config.del.known', '', 'deleteConfig', 'known'],
    [
      'registry.put',
      '{"ghcr.io":{"token":"t"}}',
      'putRegistries',
      { 'ghcr.io': { token: 't', registryType: 'oci' } },
    ],
  ])('hands %s %s to its handler and replies with its message', async (tail, payload, operation, input) => {
    await serve();
    expect(await reply(tail, payload)).toStrictEqual({ success: true, message: operation });
    expect(calls).toStrictEqual([{ operation, input }]);
  });

  it('hands a scale command over with all defaults filled in', async () => {
    await serve();
    await reply('component.scale.N1', '{"component_id":"hello","component_ref":"file:///a.wasm","count":2}');
    expect(calls[0]?.input).toStrictEqual({
      componentId: 'hello',
      componentRef: 'file:///a.wasm',
      maxInstances: 2,
      annotations: {},
      hostId: '',
      config: [],
      allowUpdate: false,
    });
  });

  it('replies with data where an operation has some', async () => {
    await serve();
    const ping =
      '{"success":true,"message":"","response":{"id":"N1","labels":{},"friendly_name":"calm-river-0042","uptime_seconds":1,"lattice":"default"}}';
    expect((await request('host.ping')).string()).toBe(ping);
    expect(await reply('host.get.N1', 'ignored')).toMatchObject({
      response: { host_id: 'N1', components: [] },
    });
    expect(await reply('link.get')).toEqual({ success: true, message: '', response: [] });
    expect(await reply('claims.get')).toEqual({ success: true, message: '', response: [] });
    expect(await reply('config.get.known')).toEqual({ success: true, message: '', response: { a: 'b' } });
  });

  it('leaves response out when there is no data', async () => {
    await serve();
    expect((await request('config.get.unknown')).string()).toBe(
      '{"success":true,"message":"Configuration not found"}',
    );
  });

  it('gives the very bytes of a config to its handler', async () => {
    await serve();
    const payload = '{ "b": "2",\n "a": "1" }';
    await reply('config.put.mine', payload);
    const input = calls[0]?.input as { name: string; config: unknown; raw: Uint8Array };
    expect([input.name, input.config]).toEqual(['mine', { a: '1', b: '2' }]);
    expect(new TextDecoder().decode(input.raw)).toBe(payload);
  });

  it('replies with the text of a refusal', async () => {
    await serve({ stopHost: () => failed('invalid host_id [N2]') });
    expect(await reply('host.stop.N1')).toStrictEqual({ success: false, message: 'invalid host_id [N2]' });
  });
});

describe('requests that cannot be decoded', () => {
  const texts = [
    ['component.auction', 'failed to deserialize component auction command'],
    ['provider.auction', 'failed to deserialize provider auction command'],
    ['component.scale.N1', 'failed to deserialize component scale command'],
    ['component.update.N1', 'failed to deserialize component update command'],
    ['component.canary.N1', 'failed to deserialize component canary command'],
    ['provider.start.N1', 'failed to deserialize provider start command'],
    ['provider.stop.N1', 'failed to deserialize provider stop command'],
    ['host.stop.N1', 'failed to deserialize stop command'],
    ['label.put.N1', 'failed to deserialize put label request'],
    ['label.del.N1', 'failed to deserialize delete label request'],
    ['link.put', 'failed to deserialize wrpc link definition'],
    ['link.del', 'failed to deserialize wrpc link definition'],
    ['registry.put', 'failed to deserialize registries put command'],
    ['config.put.mine', 'config data should be a map of string -> string'],
  ] as const;

  it.each(texts)('%s is answered with "%s", whatever is wrong', async (tail, message) => {
    await serve();
    for (const payload of [
      '{',
      'null',
      '[1]',
      '"text"',
      '{"component_id":1,"provider_id":1,"host_id":1,"key":1}',
    ]) {
      expect(await reply(tail, payload)).toStrictEqual({ success: false, message });
    }
    expect(calls).toEqual([]);
  });

  it('are also answers of others that somebody had sent to where a host is stopped', async () => {
    await serve();
    for (const answer of ['{"stream":"KV_x","seq":7}', '{"success":true,"message":""}', '{"__proto__":{}}']) {
      expect(await reply('host.stop.N1', answer)).toMatchObject({ success: false });
    }
    expect(calls).toEqual([]);
  });

  it('are answered when they are not UTF-8 either', async () => {
    await serve();
    const answer = await client.request(`${root}.link.put`, Uint8Array.of(0xff, 0xfe), { timeout: 60_000 });
    expect(answer.json()).toEqual({ success: false, message: 'failed to deserialize wrpc link definition' });
  });
});

describe('subjects without an operation', () => {
  it.each([
    'component.restart.N1',
    'component.auction.N1',
    'provider.scale.N1',
    'label.get.N1',
    'host.ping.N1',
    'link.list',
    'config.get',
    'config.get.with.dot',
    'config.list.x',
  ])('%s is unsupported', async (tail) => {
    await serve();
    expect((await request(tail)).string()).toBe('{"success":false,"message":"unsupported subject"}');
  });

  it.each(['host.get.N2', 'component.scale.N1.x', 'link.put.x', 'nonsense'])(
    '%s is not for this host',
    async (tail) => {
      await serve();
      await expect(request(tail)).rejects.toThrow(expect.objectContaining({ code: '503' }));
    },
  );
});

describe('handlers that fail', () => {
  it('are answered with the outermost message and do not disturb later requests', async () => {
    const records: unknown[] = [];
    const logger: Logger = {
      ...noopLogger,
      error: (message, fields) => records.push([message, fields?.error]),
    };
    const broken = new Error('Failed to validate configuration', { cause: new Error('secret detail') });
    await serve(
      {
        putLink: () => {
          throw broken;
        },
        deleteLink: async () => {
          throw new TypeError();
        },
        getLinks: () => Promise.reject('a string'),
      },
      { logger },
    );
    const link = '{"source_id":"a","target":"b","wit_namespace":"c","wit_package":"d","interfaces":[]}';
    expect(await reply('link.put', link)).toEqual({
      success: false,
      message: 'Failed to validate configuration',
    });
    expect(await reply('link.del', link)).toEqual({ success: false, message: 'TypeError' });
    expect(await reply('link.get')).toEqual({ success: false, message: 'a string' });
    expect(await reply('host.ping')).toMatchObject({ success: true });
    expect(records[0]).toEqual(['a control request failed', broken]);
  });
});

describe('silence', () => {
  it('is how a host declines an auction', async () => {
    await serve({ auctionComponent: () => silent, auctionProvider: () => silent });
    const auction = '{"component_id":"a","provider_id":"a","constraints":{}}';
    const inbox = client.subscribe('replies');
    for (const noun of ['component', 'provider']) {
      client.publish(`${root}.${noun}.auction`, new TextEncoder().encode(auction), { reply: 'replies' });
    }
    client.publish(`${root}.host.ping`, undefined, { reply: 'replies' });
    const first = await inbox[Symbol.asyncIterator]().next();
    expect(first.value?.json()).toMatchObject({ response: { id: 'N1' } });
    expect(inbox.getProcessed()).toBe(1);
  });

  it('is legal for provider.start, so that another host can be tried', async () => {
    await serve({ startProvider: () => silent });
    const started = client.request(`${root}.provider.start.N1`, '{"provider_id":"a"}', { timeout: 100 });
    await expect(started).rejects.toThrow(expect.objectContaining({ code: 'TIMEOUT' }));
  });

  it('includes not listening at all without a handler, or when switched off', async () => {
    const handlers = recordingHandlers(() => {});
    const { auctionComponent, ...others } = handlers;
    servers.push(
      await serveControlInterface({
        connection: host,
        lattice: 'default',
        hostId: 'N1',
        handlers: others,
        auctions: { provider: false },
      }),
    );
    for (const noun of ['component', 'provider']) {
      await expect(request(`${noun}.auction`, '{}')).rejects.toThrow(
        expect.objectContaining({ code: '503' }),
      );
    }
  });
});

describe('requests without a reply subject', () => {
  it('are carried out', async () => {
    const done = Promise.withResolvers<unknown>();
    await serve({
      putRegistries: (credentials) => {
        done.resolve(credentials);
        return ok();
      },
    });
    client.publish(`${root}.registry.put`, new TextEncoder().encode('{"ghcr.io":{}}'));
    expect(await done.promise).toEqual({ 'ghcr.io': { registryType: 'oci' } });
  });
});

describe('concurrency', () => {
  it('answers one request while another is still being handled', async () => {
    const gate = Promise.withResolvers<void>();
    await serve({
      stopProvider: async () => {
        await gate.promise;
        return ok('successfully stopped provider');
      },
    });
    const slow = reply('provider.stop.N1', '{"provider_id":"p"}');
    expect(await reply('host.ping')).toMatchObject({ success: true });
    gate.resolve();
    expect(await slow).toEqual({ success: true, message: 'successfully stopped provider' });
  });

  it('handles many requests of one subject at once', async () => {
    const all = Promise.withResolvers<void>();
    let waiting = 0;
    await serve({
      putLabel: async () => {
        waiting += 1;
        if (waiting === 50) all.resolve();
        await all.promise;
        return ok();
      },
    });
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => reply('label.put.N1', '{"key":"a","value":"b"}')),
    );
    expect(replies).toEqual(Array.from({ length: 50 }, () => ({ success: true, message: '' })));
  });
});

describe('two hosts of one lattice', () => {
  it('carry out lattice-wide operations once, and both answer a ping', async () => {
    const other = await connect({ servers: nats.url });
    try {
      await serve();
      await serve({}, { connection: other, hostId: 'N2' });
      const link = '{"source_id":"a","target":"b","wit_namespace":"c","wit_package":"d","interfaces":[]}';
      const requests = Array.from({ length: 20 }, async (_, index) => {
        await reply('link.put', link);
        await reply(`config.put.c${index}`, '{}');
      });
      await Promise.all(requests);
      await settled();
      await other.flush();
      expect(calls.filter(({ operation }) => operation === 'putLink')).toHaveLength(20);
      expect(calls.filter(({ operation }) => operation === 'putConfig')).toHaveLength(20);

      const ids: unknown[] = [];
      for await (const answer of await client.requestMany(`${root}.host.ping`, '', {
        maxWait: 5_000,
        maxMessages: 2,
        strategy: 'count' as never,
      })) {
        ids.push(answer.json<{ response: { id: string } }>().response.id);
      }
      expect(ids.sort()).toEqual(['N1', 'N2']);
    } finally {
      for (const server of servers.splice(0)) await server.close();
      await other.close();
    }
  });
});

describe('close', () => {
  it('completes and answers what is in flight, and accepts nothing new', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const server = await serve({
      stopProvider: async () => {
        entered.resolve();
        await gate.promise;
        return ok('late');
      },
    });
    const pending = reply('provider.stop.N1', '{"provider_id":"p"}');
    await entered.promise;
    const closed = server.close();
    await host.flush();
    await expect(request('host.get.N1')).rejects.toThrow(expect.objectContaining({ code: '503' }));
    gate.resolve();
    await closed;
    expect(await pending).toEqual({ success: true, message: 'late' });
  });

  it('loses none of a burst that the server already has', async () => {
    const server = await serve();
    const burst = Array.from({ length: 200 }, () => reply('label.put.N1', '{"key":"a","value":"b"}'));
    await client.flush();
    await server.close();
    await host.close();
    await Promise.all(burst);
    expect(calls).toHaveLength(200);
  });

  it('answers the stop request that set it off', async () => {
    const closed = Promise.withResolvers<void>();
    const server: ControlServer = await serve({
      stopHost: () => {
        server.close().then(closed.resolve, closed.reject);
        return ok('successfully handled stop host');
      },
    });
    expect(await reply('host.stop.N1')).toEqual({ success: true, message: 'successfully handled stop host' });
    await closed.promise;
  });

  it('may be called twice, and after the connection is gone', async () => {
    const server = await serve();
    await Promise.all([server.close(), server.close()]);
    await server.close();
    const second = await serve();
    await host.close();
    await second.close();
  });

  it('gives up waiting when its signal aborts', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const server = await serve({
      stopProvider: async () => {
        entered.resolve();
        await gate.promise;
        return ok();
      },
    });
    const pending = reply('provider.stop.N1', '{"provider_id":"p"}');
    await entered.promise;
    const deadline = new AbortController();
    const closed = server.close({ signal: deadline.signal });
    deadline.abort(new Error('grace period is over'));
    await expect(closed).rejects.toThrow('grace period is over');
    gate.resolve();
    await pending;
  });
});

describe('tracing', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';

  it('parents its span on the request and sends its own context back', async () => {
    const started: unknown[] = [];
    const tracer: Tracer = {
      enabled: () => true,
      startSpan: (name, options) => {
        started.push([name, options?.parent?.spanId, options?.attributes]);
        const context = { traceId, spanId: 'b7ad6b7169203331', sampled: true };
        return { context, setAttributes() {}, recordException() {}, end() {} };
      },
    };
    const traces: unknown[] = [];
    await serve(
      {
        putLabel: (_label, { trace }) => {
          traces.push(trace?.spanId);
          return ok();
        },
      },
      { tracer },
    );
    const sent = headers();
    sent.set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`);
    const answer = await client.request(`${root}.label.put.N1`, '{"key":"a","value":"b"}', {
      timeout: 60_000,
      headers: sent,
    });
    expect(answer.headers?.get('traceparent')).toBe(`00-${traceId}-b7ad6b7169203331-01`);
    expect(traces).toEqual(['b7ad6b7169203331']);
    expect(started).toEqual([
      ['control request', '00f067aa0ba902b7', { 'control.operation': 'label.put', lattice: 'default' }],
    ]);
  });

  it('sends no headers without a trace', async () => {
    await serve();
    expect((await request('host.ping')).headers).toBeUndefined();
  });
});

describe('a server that cannot serve', () => {
  it('rejects its start and leaves nothing subscribed when a subject is forbidden', async () => {
    await using strict = await startNatsServer({
      config: `
      authorization { users: [
        { user: host, password: host, permissions: { subscribe: { deny: ["wasmbus.ctl.v1.default.link.*"] } } }
        { user: client, password: client }
      ] }`,
    });
    const own = await connect({ servers: strict.url, user: 'host', pass: 'host' });
    const asking = await connect({ servers: strict.url, user: 'client', pass: 'client' });
    try {
      await expect(serve({}, { connection: own })).rejects.toThrow(
        'cannot serve the control interface of lattice "default": check the control NATS connection and its permissions',
      );
      await own.flush();
      await expect(asking.request(`${root}.host.ping`, '', { timeout: 60_000 })).rejects.toThrow(
        expect.objectContaining({ code: '503' }),
      );
    } finally {
      await Promise.all([own.close(), asking.close()]);
    }
  });

  it('rejects its start on a closed connection', async () => {
    await host.close();
    await expect(serve()).rejects.toThrow(expect.objectContaining({ name: 'ControlServeError' }));
  });

  it('refuses a lattice name of two tokens', async () => {
    await expect(serve({}, { lattice: 'a.b' })).rejects.toThrow('invalid lattice "a.b"');
  });

  it('says so instead of a reply that the NATS server would not take', async () => {
    await using small = await startNatsServer({ config: 'max_payload: 1024' });
    const own = await connect({ servers: small.url });
    try {
      const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key-${index}`, 'value']));
      await using _server = await serveControlInterface({
        connection: own,
        lattice: 'default',
        hostId: 'N1',
        handlers: recordingHandlers(() => {}, { getConfig: () => ok('', many) }),
      });
      const answer = await own.request(`${root}.config.get.big`, '', { timeout: 60_000 });
      expect(answer.json()).toMatchObject({
        success: false,
        message: expect.stringMatching(
          /^the reply has \d+ bytes, more than the max_payload of the NATS server$/,
        ),
      });
    } finally {
      await own.close();
    }
  });
});

describe('the audit', () => {
  async function audited(overrides: Partial<ControlHandlers> = {}) {
    const records: ControlRecord[] = [];
    let wake = (): void => {};
    await serve(overrides, {
      audit(record) {
        records.push(record);
        wake();
      },
    });
    return {
      records,
      async next(count: number): Promise<readonly ControlRecord[]> {
        while (records.length < count) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return records;
      },
    };
  }

  it('tells what each operation was about by ids and names alone, and what the reply said', async () => {
    const { next } = await audited({ putConfig: () => failed('no room') });
    await request(
      'component.scale.N1',
      '{"component_id":"hello","component_ref":"file:///a.wasm","count":2}',
    );
    await request(
      'link.put',
      '{"source_id":"a","target":"b","wit_namespace":"wasi","wit_package":"keyvalue","interfaces":["store"],"source_config":["secret-name"]}',
    );
    await request('config.put.database', '{"password":"hunter2"}');
    await request('registry.put', '{"ghcr.io":{"username":"me","password":"hunter2"}}');
    await request('host.get.N1');
    const records = await next(5);
    expect(
      records.map(({ operation, target, outcome, message }) => [operation, target, outcome, message]),
    ).toEqual([
      ['component.scale', 'hello', 'ok', 'scaleComponent'],
      ['link.put', 'a -> b, link default of wasi:keyvalue', 'ok', 'putLink'],
      ['config.put', 'database', 'refused', 'no room'],
      ['registry.put', 'ghcr.io', 'ok', 'putRegistries'],
      ['host.get', 'N1', 'ok', ''],
    ]);
    expect(JSON.stringify(records)).not.toContain('hunter2');
  });

  it('tells refused, failed, unknown and silent ones apart', async () => {
    const { next } = await audited({
      putLink: () => {
        throw new Error('the store is gone');
      },
      auctionComponent: () => silent,
    });
    await request('component.scale.N1', 'not JSON');
    await request(
      'link.put',
      '{"source_id":"a","target":"b","wit_namespace":"wasi","wit_package":"keyvalue","interfaces":["store"]}',
    );
    await request('host.dance.N1');
    client.publish(
      `${root}.component.auction`,
      '{"component_ref":"r","component_id":"hello","constraints":{}}',
    );
    const records = await next(4);
    expect(
      records.map(({ operation, target, outcome, message }) => [operation, target, outcome, message]),
    ).toEqual([
      ['component.scale', 'N1', 'refused', 'failed to deserialize component scale command'],
      ['link.put', 'a -> b, link default of wasi:keyvalue', 'failed', 'the store is gone'],
      ['unsupported', 'host.dance.N1', 'refused', 'unsupported subject'],
      ['component.auction', 'hello', 'silent', ''],
    ]);
  });

  it('names who asked by the inbox of the answer, and nobody where none is wanted', async () => {
    const { next } = await audited();
    await using _client = await natsClient('_INBOX_operator');
    await _client.connection.request(`${root}.host.ping`, '', { timeout: 60_000 });
    await next(1);
    client.publish(`${root}.host.ping`);
    const [asked, told] = await next(2);
    expect(asked?.requester).toMatch(/^_INBOX_operator\.\w+$/);
    expect(told?.requester).toBeUndefined();
  });

  it.each(['$JS.API.STREAM.PURGE.KV_x', 'wasmbus.ctl.v1.other.host.stop.N2', `${'x'.repeat(1_100)}`])(
    'carries nothing out whose answer would go to %s',
    async (replyTo) => {
      const { next } = await audited();
      const heard: string[] = [];
      const spy = client.subscribe('>', { callback: (_, message) => void heard.push(message.subject) });
      client.publish(`${root}.label.put.N1`, '{"key":"a","value":"b"}', { reply: replyTo });
      const [record] = await next(1);
      expect(record).toMatchObject({ outcome: 'refused', message: 'the reply subject is no inbox' });
      await client.flush();
      spy.unsubscribe();
      expect(heard).not.toContain(replyTo);
    },
  );

  it('answers also when the audit fails', async () => {
    await serve(
      {},
      {
        audit() {
          throw new Error('the disk is full');
        },
      },
    );
    expect(await reply('label.del.N1', '{"key":"a"}')).toMatchObject({ success: true });
  });
});

async function natsClient(inboxPrefix: string) {
  const connection = await connect({ servers: nats.url, inboxPrefix });
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}
