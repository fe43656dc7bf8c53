import type { Link } from '@wasmlattice/control-interface';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConfigStore } from './config-store.js';
import { type LatticeStore, openLatticeStore, type SpecChange } from './lattice-store.js';

let server: TestNatsServer;
let connection: NatsConnection;
let lattice: string;
let lattices = 0;

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection?.close();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  lattices += 1;
  lattice = `lattice-${lattices}`;
});

const noEnd = (): void => {};

async function openLattice(onChange: (change: SpecChange) => void = () => {}): Promise<LatticeStore> {
  return await openLatticeStore({
    jetstream: connection.jetstream(),
    lattice,
    logger: noopLogger,
    onChange,
    onEnd: noEnd,
  });
}

function link(target: string, name = 'default'): Link {
  return {
    sourceId: 'a',
    target,
    name,
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: [],
    targetConfig: [],
  };
}

describe('lattice store', () => {
  it('creates its bucket with the settings of upstream hosts', async () => {
    const store = await openLattice();
    const manager = await connection.jetstreamManager();
    const { config } = await manager.streams.info(`KV_LATTICEDATA_${lattice}`);
    expect(config).toMatchObject({
      subjects: [`$KV.LATTICEDATA_${lattice}.>`],
      storage: 'file',
      discard: 'new',
      num_replicas: 1,
      max_msgs_per_subject: 1,
      allow_rollup_hdrs: true,
      allow_direct: true,
      deny_delete: true,
      deny_purge: false,
      max_age: 0,
      max_bytes: -1,
    });
    store.close();
  });

  it('uses a bucket an operator made as it is', async () => {
    const manager = await connection.jetstreamManager();
    await connection.jetstream().views.kv(`LATTICEDATA_${lattice}`, { history: 7 });
    const store = await openLattice();
    await store.update('a', () => ({ url: 'x', links: [] }));
    const { config } = await manager.streams.info(`KV_LATTICEDATA_${lattice}`);
    expect(config.max_msgs_per_subject).toBe(7);
    store.close();
  });

  it('shows one host what another wrote, and what was there before it came', async () => {
    const first = await openLattice();
    await first.update('a', () => ({ url: 'x', links: [link('kv')] }));
    const seen: SpecChange[] = [];
    const arrived = Promise.withResolvers<void>();
    const second = await openLattice((change) => {
      seen.push(change);
      if (change.id === 'b') arrived.resolve();
    });
    expect(second.links()).toEqual([link('kv')]);
    await first.update('b', () => ({ url: 'y', links: [] }));
    await arrived.promise;
    expect(seen.map(({ id, previous }) => [id, previous])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
    first.close();
    second.close();
  });

  it('writes once for what is asked of one spec while a write is under way, and refuses only what is refused', async () => {
    const store = await openLattice();
    const refused = new Error('not this one');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        store.update('a', (spec = { url: '', links: [] }) => {
          if (index === 50) throw refused;
          return { ...spec, links: [...spec.links, link('kv', `name-${index}`)] };
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: refused },
    ]);
    expect(store.links()).toHaveLength(99);
    const entry = await (await connection.jetstream().views.kv(`LATTICEDATA_${lattice}`)).get('COMPONENT_a');
    expect(entry?.revision).toBe(2);
    store.close();
  });

  it('writes nothing for a change that leaves the spec as it is', async () => {
    const store = await openLattice();
    await store.update('a', () => ({ url: 'x', links: [] }));
    await store.update('a', (spec) => spec);
    const bucket = await connection.jetstream().views.kv(`LATTICEDATA_${lattice}`);
    expect((await bucket.get('COMPONENT_a'))?.revision).toBe(1);
    store.close();
  });

  it('refuses nothing by what it knew before another host changed the spec', async () => {
    const [late, other] = [await openLattice(), await openLattice()];
    await other.update('a', () => ({ url: 'x', links: [link('kv')] }));
    const removal = async (store: LatticeStore): Promise<boolean> => {
      let hasRemoved = false;
      await store.update('a', (spec) => {
        hasRemoved = (spec?.links.length ?? 0) > 0;
        return hasRemoved ? { url: 'x', links: [] } : undefined;
      });
      return hasRemoved;
    };
    expect(await removal(late)).toBe(true);
    expect(await removal(other)).toBe(false);
    late.close();
    other.close();
  });

  it('loses none of the links two hosts put for one source at the same time', async () => {
    const stores = [await openLattice(), await openLattice()];
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        stores[index % 2]?.update('a', (spec = { url: '', links: [] }) => ({
          ...spec,
          links: [...spec.links, link('kv', `name-${index}`)],
        })),
      ),
    );
    const third = await openLattice();
    expect(
      third
        .links()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Array.from({ length: 12 }, (_, index) => `name-${index}`).sort());
    for (const store of [...stores, third]) store.close();
  });

  it('stores claims for every host, in the words of upstream', async () => {
    const [first, bucket] = [await openLattice(), connection.jetstream().views.kv(`LATTICEDATA_${lattice}`)];
    const claims = {
      kind: 'component',
      callAlias: '',
      issuer: 'A1',
      name: 'hello',
      tags: [],
      version: '',
    } as const;
    await first.putClaims({ ...claims, subject: 'M1', revision: '1' });
    await first.putClaims({ ...claims, subject: 'M1', revision: '2' });
    const entry = await (await bucket).get('CLAIMS_M1');
    expect(entry?.json()).toEqual({
      call_alias: '',
      issuer: 'A1',
      name: 'hello',
      revision: '2',
      subject: 'M1',
      tags: [],
      version: '',
    });
    const second = await openLattice();
    expect(first.claims()).toEqual([{ ...claims, subject: 'M1', revision: '2' }]);
    expect(second.claims()).toEqual(first.claims());
    await (await bucket).delete('CLAIMS_M1');
    await first.update('a', () => ({ url: 'x', links: [] }));
    await expect.poll(() => second.claims()).toEqual([]);
    for (const store of [first, second]) store.close();
  });

  it('names the subject of claims that can not be stored', async () => {
    const store = await openLattice();
    const claims = { kind: 'provider', issuer: 'A1', name: '', revision: '0', version: '' } as const;
    await expect(store.putClaims({ ...claims, subject: 'not a key' })).rejects.toThrow(
      'invalid subject of claims "not a key"',
    );
    expect(store.claims()).toEqual([]);
    store.close();
  });

  it('passes over an entry it can not read', async () => {
    const store = await openLattice();
    const bucket = await connection.jetstream().views.kv(`LATTICEDATA_${lattice}`);
    await bucket.put('COMPONENT_bad', 'not json');
    await store.update('good', () => ({ url: 'x', links: [] }));
    expect(store.spec('good')).toEqual({ url: 'x', links: [] });
    expect(store.spec('bad')).toBeUndefined();
    store.close();
  });
});

describe('config store', () => {
  const open = () =>
    openConfigStore({ jetstream: connection.jetstream(), lattice, logger: noopLogger, onEnd: noEnd });
  const put = (store: Awaited<ReturnType<typeof open>>, name: string, config: object) =>
    store.put(name, Buffer.from(JSON.stringify(config)));

  it('stores the bytes of a config as they came', async () => {
    const store = await open();
    const bytes = Buffer.from('{ "a" :  "1" }');
    await store.put('x', bytes);
    expect(Buffer.from((await store.get('x')) ?? [])).toEqual(bytes);
    await store.delete('x');
    expect(await store.get('x')).toBeUndefined();
    store.close();
  });

  it('merges a list of names, the later winning', async () => {
    const store = await open();
    await put(store, 'one', { a: '1', b: '1' });
    await put(store, 'two', { b: '2' });
    expect(await store.resolve(['one', 'two'])).toEqual({ a: '1', b: '2' });
    expect(await store.resolve(['two', 'one'])).toEqual({ a: '1', b: '1' });
    store.close();
  });

  it('tells a bundle of changes by any host, and empties a name that was deleted', async () => {
    const [store, other] = [await open(), await open()];
    await put(store, 'one', { a: '1' });
    const changes: Record<string, string>[] = [];
    const changed = Promise.withResolvers<void>();
    const emptied = Promise.withResolvers<void>();
    const bundle = await store.bundle(['one'], (config) => {
      changes.push(Object.fromEntries(config));
      (config.size === 0 ? emptied : changed).resolve();
    });
    expect(Object.fromEntries(bundle.current())).toEqual({ a: '1' });
    await put(other, 'one', { a: '2' });
    await changed.promise;
    await other.delete('one');
    await emptied.promise;
    expect(changes).toEqual([{ a: '2' }, {}]);
    bundle.close();
    store.close();
    other.close();
  });

  it('takes a name that was deleted for empty where a workload has had it, as wadm relies on in updates', async () => {
    const [store, other] = [await open(), await open()];
    await put(store, 'one', { a: '1' });
    (await store.bundle(['one'], () => {})).close();
    await store.delete('one');
    const changed = Promise.withResolvers<void>();
    const bundle = await store.bundle(['one'], () => changed.resolve());
    expect(bundle.current()).toEqual(new Map());
    await expect(other.bundle(['one'], () => {})).rejects.toThrow('Config one does not exist');
    await put(other, 'one', { a: '2' });
    await changed.promise;
    expect(bundle.current()).toEqual(new Map([['a', '2']]));
    bundle.close();
    store.close();
    other.close();
  });

  it('follows configs that are missing, come, change and go', async () => {
    const [store, other] = [await open(), await open()];
    await put(store, 'one', { a: '1' });
    let changed = Promise.withResolvers<void>();
    const next = async (): Promise<void> => {
      await changed.promise;
      changed = Promise.withResolvers();
    };
    const followed = await store.follow(['one', 'two'], () => changed.resolve());
    expect(() => followed.current()).toThrow('Config two does not exist');
    await put(other, 'two', {});
    await next();
    expect(Object.fromEntries(followed.current())).toEqual({ a: '1' });
    await put(other, 'two', { a: '2' });
    await next();
    expect(Object.fromEntries(followed.current())).toEqual({ a: '2' });
    await other.delete('one');
    await next();
    expect(() => followed.current()).toThrow('Config one does not exist');
    followed.close();
    store.close();
    other.close();
  });

  it('tells of what was read or written here before that is done, and not again', async () => {
    const [store, other] = [await open(), await open()];
    await put(store, 'one', { a: '1' });
    const changes: unknown[] = [];
    const bundle = await store.bundle(['one'], (config) => changes.push(config.get('a')));
    await put(store, 'one', { a: '2' });
    expect(changes).toEqual(['2']);
    await put(other, 'one', { a: '3' });
    await store.get('one');
    expect(changes).toEqual(['2', '3']);
    const seen = Promise.withResolvers<void>();
    const later = await store.bundle(['one'], () => seen.resolve());
    await put(other, 'one', { a: '4' });
    await seen.promise;
    expect(changes).toEqual(['2', '3', '4']);
    for (const each of [bundle, later, store, other]) each.close();
  });

  it('names the config that does not exist', async () => {
    const store = await open();
    await expect(store.bundle(['missing'], () => {})).rejects.toThrow('Config missing does not exist');
    store.close();
  });
});
