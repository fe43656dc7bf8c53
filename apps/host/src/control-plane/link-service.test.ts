import type { Link } from '@wasmlattice/control-interface';
import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it, vi } from 'vitest';
import { createLinkService } from './link-service.js';
import { openPolicyGate } from './policy/policy-gate.js';
import {
  createEventRecorder,
  createMemoryConfigStore,
  createMemoryLatticeStore,
  keyvalueLink,
} from './testing/fakes.js';

const slot = { sourceId: 'counter', name: 'default', witNamespace: 'wasi', witPackage: 'keyvalue' };

function setUp(options: { delivered?: (link: Link) => Promise<void>; providers?: readonly string[] } = {}) {
  const events = createEventRecorder();
  const configs = createMemoryConfigStore({
    from: { a: '1' },
    to: { bucket: 'b' },
    more: { bucket: 'c' },
    SECRET_key: { key: 'hidden' },
  });
  const lattice = createMemoryLatticeStore();
  const announced: unknown[] = [];
  const links = createLinkService({
    lattice,
    configs,
    events,
    announcer: {
      linkPut: (link) => announced.push(['put', link]),
      linkDeleted: (link) => announced.push(['deleted', link]),
    },
    policy: openPolicyGate,
    isProvider: async (id) => options.providers?.includes(id) === true,
    delivered: options.delivered ?? (async () => {}),
    logger: noopLogger,
  });
  return { links, events, configs, lattice, announced };
}

describe('put', () => {
  it('stores the link, announces it with its values and tells so', async () => {
    const { links, events, lattice, announced } = setUp();
    const link = keyvalueLink({ sourceConfig: ['from'], targetConfig: ['to', 'more'] });
    expect(await links.put(link)).toEqual({ tag: 'ok', message: 'successfully set link' });
    expect(lattice.spec('counter')).toEqual({ url: '', links: [link] });
    expect(links.list()).toEqual([link]);
    expect(announced).toEqual([
      ['put', { ...link, sourceConfig: { a: '1' }, targetConfig: { bucket: 'c' } }],
    ]);
    expect(events.events).toEqual([{ name: 'linkdef_set', data: link }]);
  });

  it('keeps the reference of a workload that runs already', async () => {
    const { links, lattice } = setUp();
    await lattice.update('counter', () => ({ url: 'file:///counter.wasm', links: [] }));
    await links.put(keyvalueLink());
    expect(lattice.spec('counter')).toEqual({ url: 'file:///counter.wasm', links: [keyvalueLink()] });
  });

  it('replaces a link that is put again', async () => {
    const { links } = setUp();
    await links.put(keyvalueLink());
    const changed = keyvalueLink({ interfaces: ['store', 'atomics'] });
    expect(await links.put(changed)).toMatchObject({ tag: 'ok' });
    expect(links.list()).toEqual([changed]);
  });

  it('refuses a second target for one interface, and tells that it did', async () => {
    const { links, events, announced } = setUp();
    await links.put(keyvalueLink());
    const message =
      'link already exists with different target, consider deleting the existing link or using a different link name';
    const second = keyvalueLink({ target: 'redis' });
    expect(await links.put(second)).toEqual({ tag: 'failed', message });
    expect(await events.waitFor('linkdef_set_failed')).toEqual({ ...second, error: message });
    expect(links.list()).toEqual([keyvalueLink()]);
    expect(announced).toHaveLength(1);
  });

  it('refuses to link a provider to a provider, and stores nothing', async () => {
    const { links, events, announced } = setUp({ providers: ['counter', 'kv'] });
    const message =
      'the provider counter cannot be linked to the provider kv: one end of a link is a component; check source and target';
    expect(await links.put(keyvalueLink())).toEqual({ tag: 'failed', message });
    expect(await events.waitFor('linkdef_set_failed')).toMatchObject({ error: message });
    expect([links.list(), announced]).toEqual([[], []]);
  });

  it.each([['counter'], ['kv']])(
    'links components and providers where %s is the provider',
    async (provider) => {
      const { links } = setUp({ providers: [provider] });
      expect(await links.put(keyvalueLink())).toMatchObject({ tag: 'ok' });
    },
  );

  it('names every configuration and secret that does not exist', async () => {
    const { links, lattice } = setUp();
    const link = keyvalueLink({ sourceConfig: ['from', 'gone'], targetConfig: ['SECRET_gone'] });
    expect(await links.put(link)).toEqual({
      tag: 'failed',
      message:
        'Failed to validate configuration and secrets. Configuration gone not found in config store. Secret reference SECRET_gone not found in config store. ',
    });
    expect(lattice.links()).toEqual([]);
  });

  it('announces no link with secrets: everybody could read them', async () => {
    const { links, announced } = setUp();
    expect(await links.put(keyvalueLink({ targetConfig: ['SECRET_key'] }))).toMatchObject({ tag: 'ok' });
    expect(announced).toEqual([]);
  });

  it('answers when both ends have the link', async () => {
    const asked = Promise.withResolvers<Link>();
    const delivered = Promise.withResolvers<void>();
    const { links, events } = setUp({
      delivered(link) {
        asked.resolve(link);
        return delivered.promise;
      },
    });
    const answered = links.put(keyvalueLink());
    expect(await asked.promise).toEqual(keyvalueLink());
    expect(events.events).toEqual([]);
    delivered.resolve();
    expect(await answered).toMatchObject({ tag: 'ok' });
    expect(events.names()).toEqual(['linkdef_set']);
  });

  it('answers before its client gives up, however long an end of the link takes to learn of it', async () => {
    vi.useFakeTimers();
    try {
      const { links } = setUp({ delivered: () => new Promise(() => {}) });
      const answered = links.put(keyvalueLink());
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await answered).toMatchObject({ tag: 'ok' });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('delete', () => {
  const put = async (links: ReturnType<typeof setUp>['links'], ...all: Link[]): Promise<void> => {
    for (const link of all) await links.put(link);
  };

  it('removes the link of the slot, announces that without values and tells where it led', async () => {
    const { links, events, announced } = setUp();
    const other = keyvalueLink({ name: 'other' });
    await put(links, keyvalueLink({ targetConfig: ['to'] }), other);
    expect(await links.delete(slot)).toEqual({ tag: 'ok', message: 'successfully deleted link' });
    expect(links.list()).toEqual([other]);
    expect(announced.at(-1)).toEqual(['deleted', { ...keyvalueLink(), sourceConfig: {}, targetConfig: {} }]);
    expect(await events.waitFor('linkdef_deleted')).toEqual({ ...slot, target: 'kv', interfaces: ['store'] });
  });

  it('answers when both ends know', async () => {
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    const { links, events } = setUp({
      async delivered() {
        asked += 1;
        if (asked === 2) await gate.promise;
      },
    });
    await links.put(keyvalueLink());
    const answered = links.delete(slot);
    await expect.poll(() => asked).toBe(2);
    expect(events.names()).toEqual(['linkdef_set']);
    gate.resolve();
    expect(await answered).toMatchObject({ tag: 'ok' });
    expect(events.names()).toEqual(['linkdef_set', 'linkdef_deleted']);
  });

  it('that names a target leaves the links to others, and removes none if there is none to it', async () => {
    const { links, events } = setUp();
    const far = keyvalueLink({ target: 'far', interfaces: ['atomics'] });
    await put(links, keyvalueLink(), far);
    await links.delete({ ...slot, target: 'far' });
    expect(links.list()).toEqual([keyvalueLink()]);
    await links.delete({ ...slot, target: 'far' });
    expect(links.list()).toEqual([keyvalueLink()]);
    const told = events.events.filter(({ name }) => name === 'linkdef_deleted').map(({ data }) => data);
    expect(told).toEqual([{ ...slot, target: 'far', interfaces: ['atomics'] }, slot]);
  });

  it('of a slot without link succeeds and names no target', async () => {
    const { links, events, announced } = setUp();
    await put(links, keyvalueLink({ name: 'other' }));
    expect(await links.delete(slot)).toEqual({ tag: 'ok', message: 'successfully deleted link' });
    expect(announced).toHaveLength(1);
    const { target } = await events.waitFor('linkdef_deleted');
    expect(target).toBeUndefined();
  });

  it('for a source the lattice does not know succeeds without an event', async () => {
    const { links, events } = setUp();
    expect(await links.delete(slot)).toEqual({
      tag: 'ok',
      message: "successfully deleted link (spec doesn't exist)",
    });
    expect(events.events).toEqual([]);
  });
});
