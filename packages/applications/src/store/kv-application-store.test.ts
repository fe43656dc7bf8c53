import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import type { ApplicationStore, DeployedApplication } from './application-store.js';
import { createKvApplicationStore, manifestBucket } from './kv-application-store.js';
import { previousVersion } from './stored-application.js';

let server: TestNatsServer;
let connection: NatsConnection;
let lattices = 0;

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection?.close();
  await server?.[Symbol.asyncDispose]();
});

/** A lattice without applications. */
function newLattice(): string {
  lattices += 1;
  return `lattice${lattices}`;
}

function storeOf(lattice: string, maxRecordBytes?: number): ApplicationStore {
  return createKvApplicationStore({
    jetstream: connection.jetstream(),
    lattice,
    ...(maxRecordBytes !== undefined && { maxRecordBytes }),
  });
}

function document(name: string, version?: string, image = 'file:///hello.wasm'): ManifestDocument {
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, annotations: version === undefined ? {} : { version } },
    spec: {
      components: [
        {
          name: 'hello',
          type: 'component',
          properties: { image },
          traits: [{ type: 'spreadscaler', properties: { instances: 1 } }],
        },
      ],
    },
  };
}

describe('applications of a lattice', () => {
  it('are none before there is a bucket, and make it when the first is stored', async () => {
    const store = storeOf(newLattice());
    expect(await store.list()).toEqual([]);
    expect(await store.get('shop')).toBeUndefined();
    await store.put(document('shop', 'v1'));
    expect(await store.list()).toMatchObject([{ name: 'shop', versions: [{ version: 'v1' }] }]);
  });

  it('have their versions in the order in which they were put, whatever these are called', async () => {
    const store = storeOf(newLattice());
    for (const version of ['10', 'b', '9', 'a']) await store.put(document('shop', version));
    const shop = await store.get('shop');
    expect(shop?.versions.map(({ version }) => version)).toEqual(['10', 'b', '9', 'a']);
    expect(shop?.history.map(({ action, version }) => `${action} ${version}`)).toEqual([
      'put 10',
      'put b',
      'put 9',
      'put a',
    ]);
  });

  it('get versions that sort by time when a manifest names none', async () => {
    const store = storeOf(newLattice());
    const { version } = await store.put(document('shop'));
    expect(version).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    const next = await store.put(document('shop'));
    expect(next).toMatchObject({ previous: version });
    expect(next.application.versions[1]?.document.metadata.annotations.version).toBe(next.version);
  });

  it('refuse a version that was put, and take it again once it was deleted', async () => {
    const store = storeOf(newLattice());
    await store.put(document('shop', 'v1'));
    await store.put(document('shop', 'v2'));
    await expect(store.put(document('shop', 'v1'))).rejects.toMatchObject({
      code: 'version-exists',
      message: 'Manifest version v1 already exists',
    });
    expect(await store.delete('shop', 'v1')).toEqual({
      deleted: true,
      wasDeployed: false,
      left: 1,
      known: true,
    });
    expect((await store.put(document('shop', 'v1'))).application.versions.at(-1)?.version).toBe('v1');
  });

  it('know what is to run, and what ran before', async () => {
    const store = storeOf(newLattice());
    for (const version of ['v1', 'v2', 'v3']) await store.put(document('shop', version));
    expect(await store.setDeployed('shop', 'v0')).toBeUndefined();
    expect(await store.setDeployed('cart', undefined)).toBeUndefined();
    await store.setDeployed('shop', 'v1');
    expect(await store.setDeployed('shop', 'v3')).toMatchObject({ previous: 'v1' });
    const shop = await store.get('shop');
    expect([shop?.deployedVersion, shop && previousVersion(shop)]).toEqual(['v3', 'v1']);
    expect(await store.delete('shop', 'v3')).toMatchObject({ deleted: true, wasDeployed: true });
    expect((await store.get('shop'))?.deployedVersion).toBeUndefined();
  });

  it('are gone when they are deleted, and can be put again', async () => {
    const store = storeOf(newLattice());
    await store.put(document('shop', 'v1'));
    expect(await store.delete('shop')).toEqual({ deleted: true, wasDeployed: false, left: 0, known: true });
    expect(await store.delete('shop')).toMatchObject({ deleted: false, known: false });
    expect(await store.list()).toEqual([]);
    await store.put(document('shop', 'v1'));
    expect(await store.list()).toMatchObject([{ name: 'shop' }]);
  });

  it('lose nothing when several programs change them at once', async () => {
    const lattice = newLattice();
    const stores = [storeOf(lattice), storeOf(lattice), storeOf(lattice)];
    await Promise.all(
      stores.flatMap((store, index) => [
        store.put(document('shop', `v${index}`)),
        store.put(document(`app${index}`, 'v1')),
      ]),
    );
    const all = await storeOf(lattice).list();
    expect(all.map(({ name }) => name)).toEqual(['app0', 'app1', 'app2', 'shop']);
    expect(all[3]?.versions.map(({ version }) => version).sort()).toEqual(['v0', 'v1', 'v2']);
  });

  it('forget their oldest versions before a record becomes too large, never the one that is deployed', async () => {
    const store = storeOf(newLattice(), 2_500);
    await store.put(document('shop', 'v0'));
    await store.setDeployed('shop', 'v0');
    for (let count = 1; count <= 12; count++) await store.put(document('shop', `v${count}`));
    const versions = (await store.get('shop'))?.versions.map(({ version }) => version);
    expect(versions?.[0]).toBe('v0');
    expect(versions?.at(-1)).toBe('v12');
    expect(versions).not.toContain('v1');
  });

  it('are not taken for those of a lattice whose name begins alike', async () => {
    const lattice = newLattice();
    await storeOf(`${lattice}-b`).put(document('c', 'v1'));
    await expect(storeOf(lattice).get('b-c')).rejects.toMatchObject({ code: 'taken' });
    await expect(storeOf(lattice).put(document('b-c', 'v1'))).rejects.toMatchObject({ code: 'taken' });
    await expect(storeOf(lattice).put(document('käse', 'v1'))).rejects.toMatchObject({ code: 'bad-name' });
  });

  it('can be followed: what is to run comes at once, and after each change', async () => {
    const lattice = newLattice();
    const store = storeOf(lattice);
    await store.put(document('shop', 'v1'));
    const stop = new AbortController();
    const seen = store.watch({ signal: stop.signal })[Symbol.asyncIterator]();
    const next = async (): Promise<readonly DeployedApplication[]> => (await seen.next()).value ?? [];
    const until = async (text: string): Promise<readonly DeployedApplication[]> => {
      for (;;) {
        const applications = await next();
        if (applications.map(({ name, version }) => `${name} ${version}`).join() === text)
          return applications;
      }
    };
    expect(await next()).toEqual([]);
    await store.setDeployed('shop', 'v1');
    expect(await until('shop v1')).toMatchObject([{ manifest: { name: 'shop' }, problem: undefined }]);
    await storeOf(`${lattice}-b`).put(document('c', 'v1'));
    await store.put(document('shop', 'v2', './relative and odd'));
    await store.setDeployed('shop', 'v2');
    await until('shop v2');
    await store.delete('shop');
    await until('');
    stop.abort();
    expect((await seen.next()).done).toBe(true);
  });

  it('are told of even if their manifest, put by others, is none that we can run', async () => {
    const lattice = newLattice();
    const store = storeOf(lattice);
    await store.put({ ...document('shop', 'v1'), spec: { components: [{ name: 'x', type: 'lamp' }] } });
    await store.setDeployed('shop', 'v1');
    for await (const [application] of store.watch()) {
      expect(application).toMatchObject({ name: 'shop', manifest: undefined });
      expect(application?.problem).toContain('expected `component` or `capability`, found `lamp`');
      break;
    }
  });
});

describe('the records of wadm 0.21', () => {
  interface Recorded {
    readonly subject: string;
    readonly text: string;
    readonly kv?: readonly { readonly key: string; readonly text?: string }[];
  }

  it('are those that we store, our history aside', async () => {
    const file = join(import.meta.dirname, '../../fixtures/wadm-0.21.1-api.jsonl');
    const steps = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded);
    const lattice = newLattice();
    const store = storeOf(lattice);
    const bucket = await connection.jetstream().views.kv(manifestBucket);
    let compared = 0;
    for (const { kv = [], subject, text } of steps) {
      const [operation, name = ''] = subject.split('.').slice(4);
      if (operation === 'put') await store.put(JSON.parse(text) as ManifestDocument);
      else if (operation === 'deploy')
        await store.setDeployed(name, (JSON.parse(text) as { version: string }).version);
      else if (operation === 'undeploy') await store.setDeployed(name, undefined);
      else if (operation === 'del') await store.delete(name);
      for (const record of kv) {
        const entry = await bucket.get(record.key.replace('default', lattice));
        if (record.text === undefined) {
          expect(entry?.operation).toBe('PURGE');
          continue;
        }
        const ours: unknown = entry?.json();
        const { history: _, ...rest } = ours as { history?: unknown };
        expect(Array.isArray(ours) ? ours : rest).toEqual(JSON.parse(record.text));
        compared += 1;
      }
    }
    expect(compared).toBe(8);
  });
});

describe('a NATS server without JetStream', () => {
  it('is told as such', async () => {
    await using plain = await startNatsServer({ hasJetStream: false });
    const other = await connect({ servers: plain.url });
    const store = createKvApplicationStore({ jetstream: other.jetstream(), lattice: 'default' });
    await expect(store.list()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('JetStream is not enabled on the NATS server'),
    });
    await other.close();
  });
});
