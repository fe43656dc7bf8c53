import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlClient, createControlClient } from './client.js';
import { type ControlHandlers, failed, ok, silent } from './handlers.js';
import { type ControlServer, serveControlInterface } from './server.js';
import { type RecordedCall, recordingHandlers } from './testing/recording-handlers.js';

let nats: TestNatsServer;
let host: NatsConnection;
let connection: NatsConnection;
let client: ControlClient;
let calls: RecordedCall[];
let servers: ControlServer[];

beforeAll(async () => {
  nats = await startNatsServer();
});

afterAll(async () => {
  await nats[Symbol.asyncDispose]();
});

beforeEach(async () => {
  [host, connection] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
  client = createControlClient({ connection, lattice: 'default', timeoutMs: 5_000 });
  calls = [];
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all([host.close(), connection.close()]);
});

async function serve(overrides: Partial<ControlHandlers> = {}, hostId = 'N1'): Promise<void> {
  const handlers = recordingHandlers((call) => calls.push(call), overrides);
  servers.push(await serveControlInterface({ connection: host, lattice: 'default', hostId, handlers }));
}

/** Answers a subject with raw bytes, as a foreign or broken host might. */
async function answerRaw(tail: string, payload: string): Promise<void> {
  host.subscribe(`wasmbus.ctl.v1.default.${tail}`, {
    callback: (_error, message) => void message.respond(new TextEncoder().encode(payload)),
  });
  await host.flush();
}

const code = (value: string): unknown => expect.objectContaining({ name: 'ControlError', code: value });

describe('commands', () => {
  const link = {
    sourceId: 'a',
    target: 'b',
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: [],
    targetConfig: [],
  };
  const filled = { hostId: 'N1', annotations: {}, config: [] };

  it.each<[keyof ControlHandlers, (to: ControlClient) => Promise<unknown>, unknown]>([
    ['stopHost', (to) => to.stopHost('N1', { timeoutMs: 9 }), { hostId: 'N1', timeoutMs: 9 }],
    ['putLabel', (to) => to.putLabel('N1', { key: 'a', value: 'b' }), { key: 'a', value: 'b' }],
    ['deleteLabel', (to) => to.deleteLabel('N1', { key: 'a' }), { key: 'a' }],
    [
      'scaleComponent',
      (to) => to.scaleComponent('N1', { componentId: 'c', componentRef: 'r', maxInstances: 3 }),
      { ...filled, componentId: 'c', componentRef: 'r', maxInstances: 3, allowUpdate: false },
    ],
    [
      'updateComponent',
      (to) => to.updateComponent('N1', { componentId: 'c', newComponentRef: 'r' }),
      { componentId: 'c', newComponentRef: 'r', hostId: 'N1' },
    ],
    [
      'canaryComponent',
      (to) => to.canaryComponent('N1', { componentId: 'c', componentRef: 'r', share: 0.1 }),
      { componentId: 'c', componentRef: 'r', share: 0.1, hostId: 'N1' },
    ],
    [
      'startProvider',
      (to) => to.startProvider('N1', { providerId: 'p', providerRef: 'r' }),
      { ...filled, providerId: 'p', providerRef: 'r', allowUpdate: false },
    ],
    ['stopProvider', (to) => to.stopProvider('N1', { providerId: 'p' }), { providerId: 'p', hostId: 'N1' }],
    ['putLink', (to) => to.putLink({ ...link }), link],
    [
      'deleteLink',
      (to) => to.deleteLink({ sourceId: 'a', witNamespace: 'wasi', witPackage: 'keyvalue' }),
      { sourceId: 'a', name: 'default', witNamespace: 'wasi', witPackage: 'keyvalue' },
    ],
    ['deleteConfig', (to) => to.deleteConfig('c'), 'c'],
  ])(
    '%s arrives with the defaults filled in and resolves with the message',
    async (operation, call, input) => {
      await serve();
      expect(await call(client)).toBe(operation);
      expect(calls).toStrictEqual([{ operation, input }]);
    },
  );

  it('putConfig sends the config as it is', async () => {
    await serve();
    expect(await client.putConfig('c', { b: '2' })).toBe('putConfig');
    expect(calls[0]?.input).toMatchObject({ name: 'c', config: { b: '2' } });
  });

  it('putRegistries tells how many hosts took the credentials', async () => {
    await serve();
    await serve({}, 'N2');
    expect(await client.putRegistries({ 'ghcr.io': { registryType: 'oci' } }, { stopAfter: 2 })).toBe(2);
  });
});

describe('queries', () => {
  it('resolve with typed data', async () => {
    const links = [
      {
        sourceId: 'a',
        target: 'b',
        name: 'x',
        witNamespace: 'wasi',
        witPackage: 'keyvalue',
        interfaces: ['store'],
        sourceConfig: [],
        targetConfig: ['c'],
      },
    ];
    const claims = [
      { kind: 'provider', issuer: 'A', name: 'n', revision: '0', subject: 'V', version: '1' } as const,
    ];
    await serve({ getLinks: () => ok('', links), getClaims: () => ok('', claims) });
    expect(await client.getLinks()).toStrictEqual(links);
    expect(await client.getClaims()).toStrictEqual(claims);
    expect(await client.getHostInventory('N1')).toMatchObject({
      hostId: 'N1',
      components: [],
      version: '1.9.2',
    });
  });

  it('getConfig tells an unknown name by undefined', async () => {
    await serve();
    expect(await client.getConfig('known')).toEqual({ a: 'b' });
    expect(await client.getConfig('unknown')).toBeUndefined();
  });
});

describe('gathering', () => {
  it('resolves with every host that answers', async () => {
    await serve();
    await serve({}, 'N2');
    const hosts = await client.ping({ stopAfter: 2 });
    expect(hosts.map(({ id }) => id).sort()).toEqual(['N1', 'N2']);
    expect(hosts[0]).toMatchObject({ lattice: 'default', friendlyName: 'calm-river-0042' });
  });

  it('collects the bids of an auction', async () => {
    await serve();
    await serve({ auctionComponent: () => silent, auctionProvider: () => failed('broken') }, 'N2');
    expect(await client.auctionComponent({ componentId: 'c' }, { stopAfter: 1 })).toEqual([
      { componentId: 'c', componentRef: '', constraints: {}, hostId: 'N1' },
    ]);
    expect(await client.auctionProvider({ providerId: 'p', providerRef: 'r' }, { stopAfter: 1 })).toEqual([
      { providerId: 'p', providerRef: 'r', constraints: {}, hostId: 'N1' },
    ]);
  });

  it('gives an empty list at once when nobody is there', async () => {
    expect(await client.ping({ timeoutMs: 600_000 })).toEqual([]);
  });

  it('gives what came when the window closes', async () => {
    await serve();
    expect(await client.ping({ timeoutMs: 2_000 })).toHaveLength(1);
  });

  it('does not let one broken host hide the others', async () => {
    await answerRaw('host.ping', 'garbage');
    await answerRaw('host.ping', '');
    await serve();
    expect(await client.ping({ stopAfter: 1 })).toMatchObject([{ id: 'N1' }]);
  });

  it('rejects when every answer is a refusal', async () => {
    await serve({ auctionComponent: () => failed('no room') });
    const auction = client.auctionComponent({ componentId: 'c' }, { timeoutMs: 1_000 });
    await expect(auction).rejects.toThrow('auction component "c": no room');
  });
});

describe('failures', () => {
  it('name the host that is not there and what to check', async () => {
    await expect(client.getHostInventory('N9')).rejects.toThrow(code('no-responders'));
    await expect(client.getHostInventory('N9')).rejects.toThrow(
      'get inventory: host N9 is not in lattice "default": is a host running there, on this NATS, ' +
        'with the same control prefix? (wasmbus.ctl.v1.default.host.get.N9)',
    );
  });

  it('name the lattice in which nobody answers', async () => {
    await expect(client.getLinks()).rejects.toThrow(
      'get links: no host answers in lattice "default": is a host',
    );
  });

  it('name the time that was waited', async () => {
    await serve({ startProvider: () => silent });
    const started = client.startProvider('N1', { providerId: 'p', providerRef: 'r' }, { timeoutMs: 50 });
    await expect(started).rejects.toThrow(code('timeout'));
    await expect(started).rejects.toThrow('start provider "p": host N1 did not answer within 50 ms');
  });

  it('keep the words of a refusal', async () => {
    await serve({ stopProvider: () => failed('provider with that ID is not running') });
    await expect(client.stopProvider('N1', { providerId: 'kv' })).rejects.toThrow(
      expect.objectContaining({
        code: 'refused',
        reply: 'provider with that ID is not running',
        message: 'stop provider "kv" on host N1: provider with that ID is not running',
      }),
    );
  });

  it.each([
    ['text', 'is not JSON'],
    ['{"success":true}', 'field "message" is missing'],
    ['{"success":true,"message":""}', 'field "response" is missing'],
    ['{"success":true,"message":"","response":{}}', 'host inventory: field "actors" is missing'],
  ])('say what is wrong with the reply %j', async (payload, problem) => {
    await answerRaw('host.get.N1', payload);
    await expect(client.getHostInventory('N1')).rejects.toThrow(code('bad-reply'));
    await expect(client.getHostInventory('N1')).rejects.toThrow(problem);
  });

  it('come from a closed connection, too', async () => {
    await connection.close();
    await expect(client.getLinks()).rejects.toThrow(code('closed'));
    await expect(client.ping()).rejects.toThrow(code('closed'));
  });

  it('come from a connection that closes meanwhile', async () => {
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await serve({
      getLinks: async () => {
        entered.resolve();
        await gate.promise;
        return ok('', []);
      },
    });
    const links = client.getLinks({ timeoutMs: 600_000 });
    const hosts = client.ping({ timeoutMs: 600_000 });
    const refused = [
      expect(links).rejects.toThrow(code('closed')),
      expect(hosts).rejects.toThrow(code('closed')),
    ];
    await entered.promise;
    await connection.close();
    await Promise.all(refused);
    gate.resolve();
  });

  it('tell that a request is larger than the NATS server takes', async () => {
    await using small = await startNatsServer({ config: 'max_payload: 1024' });
    const own = await connect({ servers: small.url });
    try {
      const small = createControlClient({ connection: own, lattice: 'default' });
      await expect(small.putConfig('c', { big: 'x'.repeat(2_000) })).rejects.toThrow(code('not-sent'));
    } finally {
      await own.close();
    }
  });

  it('tell that the subject is forbidden', async () => {
    await using strict = await startNatsServer({
      config:
        'authorization { users: [{ user: a, password: a, permissions: { publish: { deny: ["wasmbus.ctl.>"] } } }] }',
    });
    const own = await connect({ servers: strict.url, user: 'a', pass: 'a' });
    try {
      const forbidden = createControlClient({ connection: own, lattice: 'default' });
      await expect(forbidden.getLinks()).rejects.toThrow(code('not-sent'));
    } finally {
      await own.close();
    }
  });

  it('are found before anything is sent when a name is wrong', async () => {
    expect(() => createControlClient({ connection, lattice: 'a.b' })).toThrow('invalid lattice "a.b"');
    await expect(client.getConfig('a.b')).rejects.toThrow('invalid config "a.b"');
    await expect(client.getHostInventory('*')).rejects.toThrow('invalid host id "*"');
  });
});

describe('abort signals', () => {
  it('end a request with their reason', async () => {
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await serve({
      putLabel: async () => {
        entered.resolve();
        await gate.promise;
        return ok();
      },
    });
    const user = new AbortController();
    const label = client.putLabel('N1', { key: 'a', value: 'b' }, { signal: user.signal });
    const refused = expect(label).rejects.toThrow('changed my mind');
    await entered.promise;
    user.abort(new Error('changed my mind'));
    await refused;
    gate.resolve();
  });

  it('end a gathering with their reason', async () => {
    await serve();
    const user = new AbortController();
    const hosts = client.ping({ signal: user.signal, timeoutMs: 600_000 });
    const refused = expect(hosts).rejects.toThrow('changed my mind');
    user.abort(new Error('changed my mind'));
    await refused;
  });

  it('keep a request from being sent when they are aborted already', async () => {
    await serve();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(client.deleteConfig('c', { signal })).rejects.toThrow('too late');
    await expect(client.ping({ signal })).rejects.toThrow('too late');
    await connection.flush();
    await host.flush();
    expect(calls).toEqual([]);
  });
});

describe('own prefixes', () => {
  it('reach only the hosts that use the same', async () => {
    const prefix = 'my.own.ctl';
    const handlers = recordingHandlers(() => {});
    servers.push(
      await serveControlInterface({ connection: host, lattice: 'lab', hostId: 'N1', handlers, prefix }),
    );
    const own = createControlClient({ connection, lattice: 'lab', prefix, inboxPrefix: '_INBOX_ME' });
    expect(await own.ping({ stopAfter: 1 })).toMatchObject([{ id: 'N1', lattice: 'lab' }]);
    expect(await client.ping()).toEqual([]);
  });
});

describe('trace contexts', () => {
  it('travel with the request', async () => {
    const seen: unknown[] = [];
    await serve({
      putLabel: (_label, { trace }) => {
        seen.push(trace);
        return ok();
      },
    });
    const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true };
    await client.putLabel('N1', { key: 'a', value: 'b' }, { trace });
    expect(seen).toEqual([trace]);
  });
});
