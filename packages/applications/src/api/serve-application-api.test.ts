import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, headers, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKvApplicationStore } from '../store/kv-application-store.js';
import { createApplicationClient } from './application-client.js';
import { type ApplicationStatus, statusOfAll } from './application-status.js';
import type { KeeperReport } from './keeper-report.js';
import { type ApplicationApiServer, serveApplicationApi } from './serve-application-api.js';

let nats: TestNatsServer;
let connection: NatsConnection;
let server: ApplicationApiServer;
let lattice = '';
let lattices = 0;
const statuses = new Map<string, ApplicationStatus>();
let keeper: KeeperReport | undefined;

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
});
afterAll(async () => {
  await connection?.close();
  await nats?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  lattices += 1;
  lattice = `lattice${lattices}`;
  statuses.clear();
  keeper = undefined;
  server = await serveApplicationApi({
    connection,
    lattice,
    store: createKvApplicationStore({ jetstream: connection.jetstream(), lattice }),
    statusOf: (name) => statuses.get(name),
    keeper: () => keeper,
  });
});
afterEach(() => server.close());

async function ask(
  operation: string,
  body: unknown = '',
  contentType?: string,
): Promise<Record<string, unknown>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const options = { timeout: 30_000, ...(contentType !== undefined && { headers: headers() }) };
  if (contentType !== undefined) options.headers?.set('Content-Type', contentType);
  const subject = `wadm.api.${lattice}.${operation}`;
  return (await connection.request(subject, text, options)).json();
}

interface ManifestParts {
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly components?: readonly unknown[];
}

const hello = { name: 'hello', type: 'component', properties: { image: 'file:///hello.wasm' } };

function manifest({
  annotations = { version: 'v1' },
  components = [hello],
  name = 'shop',
}: ManifestParts = {}) {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, annotations },
    spec: { components },
  };
}

describe('the API of wadm', () => {
  interface Recorded {
    readonly subject: string;
    readonly text: string;
    readonly answer: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly told?: readonly { readonly subject: string; readonly type: string; readonly data: unknown }[];
  }

  it('answers what wash 0.44 asked as wadm 0.21.1 did, and tells the same', async () => {
    const file = join(import.meta.dirname, '../../fixtures/wadm-0.21.1-api.jsonl');
    const steps = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded);
    const told: unknown[] = [];
    connection.subscribe(`wadm.evt.${lattice}.*`, {
      callback: (_error, message) => {
        const { data, source, type } = message.json<Record<string, unknown>>();
        told.push({ subject: message.subject.replace(lattice, 'default'), type, source, data });
      },
    });
    for (const { answer, headers: sent, subject, text, told: expected = [] } of steps) {
      const operation = subject.replace('wadm.api.default.', '');
      expect(await ask(operation, text, sent?.['Content-Type']), operation).toEqual(JSON.parse(answer));
      await connection.flush();
      expect(told.splice(0), operation).toEqual(expected);
    }
    expect(steps).toHaveLength(14);
  });

  it('has the status that it is told, in lists too', async () => {
    await ask('model.put', manifest({ annotations: { version: 'v1', description: 'a shop' } }));
    statuses.set(
      'shop',
      statusOfAll([
        { id: 'a', kind: 'SpreadScaler', name: 'shop-hello', status: { type: 'deployed', message: '' } },
        { id: 'b', kind: 'SpreadScaler', name: 'shop-x', status: { type: 'failed', message: 'no host' } },
      ]),
    );
    const status = {
      status: { type: 'failed', message: 'no host' },
      scalers: [
        { id: 'a', kind: 'SpreadScaler', name: 'shop-hello', status: { type: 'deployed' } },
        { id: 'b', kind: 'SpreadScaler', name: 'shop-x', status: { type: 'failed', message: 'no host' } },
      ],
      version: '',
      components: [],
    };
    expect(await ask('model.status.shop')).toEqual({
      result: 'ok',
      message: 'Successfully fetched status for application shop',
      status,
    });
    expect(await ask('model.get')).toMatchObject({
      result: 'success',
      models: [{ name: 'shop', status: 'failed', status_message: 'no host', detailed_status: status }],
    });
    expect(await ask('model.status.nope')).toMatchObject({
      result: 'ok',
      status: { status: { type: 'undeployed' } },
    });
  });

  it('says of what was never deployed that it is undeployed, and of what was that its manifest has been', async () => {
    const message = 'Manifest has been undeployed';
    for (const name of ['shop', 'nope']) {
      statuses.set(name, { status: { type: 'undeployed', message }, scalers: [] });
    }
    await ask('model.put', manifest());
    for (const name of ['shop', 'nope']) {
      expect((await ask(`model.status.${name}`)).status, name).toMatchObject({
        status: { type: 'undeployed' },
      });
      expect((await ask(`model.status.${name}`)).status, name).not.toHaveProperty('status.message');
    }
    expect(await ask('model.get')).toMatchObject({ models: [{ status: 'undeployed', status_message: '' }] });
    await ask('model.deploy.shop', {});
    await ask('model.undeploy.shop', {});
    expect((await ask('model.status.shop')).status).toMatchObject({
      status: { type: 'undeployed', message },
    });
  });

  it('says that an application which was deployed a moment ago is about to be started', async () => {
    await ask('model.put', manifest());
    expect(await ask('model.status.shop')).toMatchObject({ status: { status: { type: 'undeployed' } } });
    await ask('model.deploy.shop');
    // Nobody has looked at it yet.
    expect(await ask('model.status.shop')).toMatchObject({
      status: { status: { type: 'waiting', message: 'what runs is not known yet' } },
    });
    // Who keeps it has not read that it is to run.
    statuses.set('shop', { status: { type: 'undeployed', message: 'as before' }, scalers: [] });
    const status = { type: 'reconciling', message: 'it is to run, and is about to be started' };
    expect(await ask('model.status.shop')).toMatchObject({ status: { status } });
    expect(await ask('model.list')).toMatchObject([{ detailed_status: { status } }]);
    await ask('model.undeploy.shop');
    expect(await ask('model.status.shop')).toMatchObject({ status: { status: { message: 'as before' } } });
  });

  it('says who keeps the applications, and what was out of order: in its message, too, for clients of wadm', async () => {
    await ask('model.put', manifest());
    statuses.set('shop', { status: { type: 'failed', message: 'no host' }, scalers: [] });
    keeper = {
      host: 'N1',
      since: '2026-01-01T00:00:00.000Z',
      reason: 'nobody kept them before',
      waitsFor: 'nothing is changed yet',
      notes: [{ at: '2026-01-01T00:00:01.000Z', message: 'host N2 is gone: it is silent' }],
    };
    expect(await ask('model.status.shop')).toMatchObject({
      status: {
        status: {
          type: 'failed',
          message: 'no host, nothing is changed yet, host N2 is gone: it is silent',
        },
      },
      keeper: { host: 'N1', reason: 'nobody kept them before', waits_for: 'nothing is changed yet' },
    });
    const client = createApplicationClient({ connection, lattice });
    expect(await client.status('shop')).toEqual({
      status: { type: 'failed', message: 'no host' },
      scalers: [],
      keeper,
    });
    statuses.set('shop', { status: { type: 'deployed', message: '' }, scalers: [] });
    expect((await client.status('shop')).status).toEqual({ type: 'deployed', message: '' });
  });

  it('has the status that a wadm wrote, where nobody else knows one', async () => {
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'wadm_status', subjects: ['wadm.status.*.*'], allow_direct: true });
    await connection
      .jetstream()
      .publish(
        `wadm.status.${lattice}.shop`,
        JSON.stringify({ status: { type: 'compensating', message: 'busy' } }),
      );
    expect(await ask('model.status.shop')).toMatchObject({
      status: { status: { type: 'reconciling', message: 'busy' } },
    });
  });

  it('says what happened to an application, and when', async () => {
    await ask('model.put', manifest());
    await ask('model.deploy.shop');
    await ask('model.undeploy.shop');
    const { history } = (await ask('model.history.shop')) as { history: readonly { at: string }[] };
    expect(history).toMatchObject([
      { action: 'put', version: 'v1' },
      { action: 'deployed', version: 'v1' },
      { action: 'undeployed' },
    ]);
    expect(Date.parse(history[0]?.at ?? '')).toBeGreaterThan(0);
    expect(await ask('model.history.nope')).toMatchObject({ result: 'notfound', history: [] });
  });

  it.each([
    ['model', 'Invalid subject: Expected to find operation'],
    [
      'model.get.a.b',
      'Invalid subject: Found extra components of subject, ensure your manifest name consists of only alphanumeric characters, dashes, and underscores.',
    ],
    ['lamp.list', 'Unsupported subject: wadm.api.LATTICE.lamp.list'],
    ['model.lift.a', 'Unsupported subject: wadm.api.LATTICE.model.lift.a'],
    ['model.put.a', 'Unsupported subject: wadm.api.LATTICE.model.put.a'],
    ['model.deploy', 'Unsupported subject: wadm.api.LATTICE.model.deploy'],
  ])('refuses %s', async (operation, message) => {
    expect(await ask(operation)).toEqual({ result: 'error', message: message.replace('LATTICE', lattice) });
  });

  it('refuses a version that was put, with the words that clients look for', async () => {
    await ask('model.put', manifest());
    expect(await ask('model.put', manifest())).toEqual({
      result: 'error',
      message: 'Manifest version v1 already exists',
    });
    expect(await ask('model.put', manifest({ annotations: { version: 'v2' } }))).toMatchObject({
      result: 'newversion',
      total_versions: 2,
      message: 'Successfully put manifest shop v1',
    });
  });

  it('deletes versions, and says what is undeployed by it', async () => {
    for (const version of ['v1', 'v2', 'v3']) await ask('model.put', manifest({ annotations: { version } }));
    await ask('model.deploy.shop', { version: 'v2' });
    expect(await ask('model.del.shop', { version: 'v9' })).toEqual({
      result: 'noop',
      message: "Application version v9 doesn't exist",
      undeploy: false,
    });
    expect(await ask('model.del.shop', { version: 'v1' })).toEqual({
      result: 'deleted',
      message: 'Successfully deleted version v1 of application shop',
      undeploy: false,
    });
    expect(await ask('model.del.shop', { version: 'v2' })).toMatchObject({
      result: 'deleted',
      undeploy: true,
    });
    expect(await ask('model.del.shop', { version: 'v3' })).toEqual({
      result: 'deleted',
      message: 'Successfully deleted last version of application shop',
      undeploy: true,
    });
  });

  it('deploys the newest version unless asked for another, and refuses what is not there', async () => {
    for (const version of ['10', '9']) await ask('model.put', manifest({ annotations: { version } }));
    expect(await ask('model.deploy.shop', { version: 'latest' })).toMatchObject({ version: '9' });
    expect(await ask('model.deploy.shop', { version: '10' })).toMatchObject({
      result: 'acknowledged',
      version: '10',
    });
    expect(await ask('model.deploy.shop', { version: '8' })).toEqual({
      result: 'error',
      message: "Application with the name 'shop' does not have a version '8' to deploy",
      name: 'shop',
      version: '8',
    });
    expect(await ask('model.get.shop', { version: '8' })).toEqual({
      result: 'notfound',
      message: "Application shop with version 8 doesn't exist",
    });
    expect(await ask('model.get.shop', { version: 8 })).toMatchObject({
      result: 'error',
      message: expect.stringContaining('Unable to parse get application request: '),
    });
    await ask('model.undeploy.shop');
    expect(await ask('model.undeploy.shop')).toMatchObject({
      result: 'acknowledged',
      message: 'Application shop was already undeployed',
    });
  });

  it('refuses to deploy an id that another application has, and shared components that are not deployed', async () => {
    const own = { ...hello, properties: { ...hello.properties, id: 'hello' } };
    const shared = { 'experimental.wasmcloud.dev/shared': 'true', version: 'v1' };
    const user = { ...hello, properties: { application: { name: 'shop', component: 'hello' } } };
    await ask('model.put', manifest({ annotations: shared, components: [own] }));
    await ask('model.put', manifest({ name: 'copy', components: [own] }));
    expect(await ask('model.put', manifest({ name: 'user', components: [user] }))).toMatchObject({
      result: 'created',
      message: 'Successfully put manifest user , but some shared components are not deployed: ["hello"]',
    });
    expect(await ask('model.deploy.user')).toEqual({
      result: 'error',
      message:
        'Application contains shared components that are not deployed in other applications: ["hello"]',
    });
    await ask('model.deploy.shop');
    expect(await ask('model.deploy.user')).toMatchObject({ result: 'acknowledged' });
    expect(await ask('model.deploy.copy')).toEqual({
      result: 'error',
      message: "Component identifier 'hello' is already deployed in a different application 'shop'.",
    });
  });

  it.each<[string, unknown, string | undefined]>([
    [
      'Unable to parse manifest: Unsupported content type text/plain given. Wadm supports YAML and JSON',
      '',
      'text/plain',
    ],
    ['Unable to parse manifest: ', '{"apiVersion": ', 'application/json'],
    ['Unable to parse manifest: ', 'a: [', undefined],
    [
      'invalid manifest version, errors: "latest is not allowed in wadm"',
      manifest({ annotations: { version: 'latest' } }),
      undefined,
    ],
    ['Manifest name a.b contains invalid characters. ', manifest({ name: 'a.b' }), undefined],
    ['Invalid OAM annotation: ("-x", "1")', manifest({ annotations: { '-x': '1' } }), undefined],
    ['Duplicate component name in manifest: hello', manifest({ components: [hello, hello] }), undefined],
    [
      "Component must have either 'image' or 'application' property",
      manifest({ components: [{ ...hello, properties: {} }] }),
      undefined,
    ],
    [
      'The following capability component(s) are missing from the manifest: ["kv"]',
      manifest({
        components: [
          {
            ...hello,
            traits: [
              {
                type: 'link',
                properties: {
                  namespace: 'wasi',
                  package: 'keyvalue',
                  interfaces: ['store'],
                  target: { name: 'kv' },
                },
              },
            ],
          },
        ],
      }),
      undefined,
    ],
    [
      'Unable to parse manifest: manifest:1:236: spec.components[0].traits[0].type: there is no trait `spreadscalr`: write `spreadscaler`',
      manifest({ components: [{ ...hello, traits: [{ type: 'spreadscalr', properties: {} }] }] }),
      undefined,
    ],
  ])('refuses a manifest: %s', async (message, body, contentType) => {
    expect(await ask('model.put', body, contentType)).toEqual({
      result: 'error',
      message: expect.stringContaining(message),
    });
    expect(await ask('model.list')).toEqual([]);
  });

  it('takes YAML without a word of what it is, and gives a version', async () => {
    const text =
      'apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: shop}\nspec: {components: []}\n';
    expect(await ask('model.put', text)).toMatchObject({
      result: 'created',
      current_version: expect.stringMatching(/^[0-9A-Z]{26}$/),
    });
  });

  it('is not served any more once it is closed', async () => {
    await server.close();
    await expect(ask('model.list')).rejects.toThrow('503');
  });
});
