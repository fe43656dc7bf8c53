import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import type { ProviderLink } from '../provider.js';
import { type LinkMapOptions, ResourceLinks } from './link-map.js';

function link(n: string, values: Partial<ProviderLink> = {}): ProviderLink {
  return {
    sourceId: 'counter',
    target: 'kv',
    linkName: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    config: { n },
    secrets: {},
    ...values,
  };
}

const call = { sourceId: 'counter', linkName: 'default' };

/** A map whose resources are their links' numbers, and what was done with them. */
function setUp(overrides: Partial<LinkMapOptions<string, undefined>> = {}) {
  const events: string[] = [];
  const map = new ResourceLinks<string, undefined>(
    {
      open({ config: { n = '' } }, scope) {
        events.push(`open ${n}`);
        scope.defer(() => void events.push(`dispose ${n}`));
        if (n === 'bad') throw new Error('no such bucket');
        return n;
      },
      close: (n, end) => void events.push(`close ${n}: ${end}`),
      ...overrides,
    },
    () => ({ config: {}, secrets: {} }),
    noopLogger,
  );
  return { map, events };
}

const resourceOf = (map: ResourceLinks<string, undefined>, name = call): Promise<string> =>
  map.use(name, (n) => n);

describe('the links of a provider', () => {
  it('have what belongs to a call, by component and link name', async () => {
    const { map } = setUp();
    await map.put(link('1'));
    await map.put(link('2', { linkName: 'second' }));
    await map.put(link('3', { sourceId: 'other' }));
    expect(await resourceOf(map)).toBe('1');
    expect(await resourceOf(map, { ...call, linkName: 'second' })).toBe('2');
    expect(await resourceOf(map, { ...call, sourceId: 'other' })).toBe('3');
    await map.delete(link('1'));
    await expect(resourceOf(map)).rejects.toMatchObject({
      name: 'NotLinkedError',
      message:
        'component counter has no link named default to this provider; it has second: put one from it to the provider',
    });
  });

  it('close what was replaced when the calls on it are done, with what they still stream', async () => {
    const { map, events } = setUp();
    await map.put(link('1'));
    const answer = Promise.withResolvers<void>();
    const stream = Promise.withResolvers<void>();
    const running = map.use(call, async (n, lease) => {
      await answer.promise;
      lease.until(stream.promise);
      return n;
    });
    await map.put(link('2'));
    expect(await resourceOf(map)).toBe('2');
    expect(events).toEqual(['open 1', 'open 2']);
    answer.resolve();
    expect(await running).toBe('1');
    expect(events).toEqual(['open 1', 'open 2']);
    stream.resolve();
    await expect.poll(() => events).toEqual(['open 1', 'open 2', 'close 1: replaced', 'dispose 1']);
  });

  it('leave calls on what they have while another is opened', async () => {
    const gate = Promise.withResolvers<string>();
    const { map } = setUp({ open: ({ config: { n = '' } }) => (n === '1' ? n : gate.promise) });
    await map.put(link('1'));
    const putting = map.put(link('2'));
    expect(await resourceOf(map)).toBe('1');
    gate.resolve('2');
    await putting;
    expect(await resourceOf(map)).toBe('2');
  });

  it('give calls the reason when they can not be opened, and try again with each', async () => {
    const { map, events } = setUp();
    await map.put(link('1'));
    await expect(map.put(link('bad'))).rejects.toThrow('no such bucket');
    expect(events).toEqual(['open 1', 'open bad', 'dispose bad', 'close 1: replaced', 'dispose 1']);
    const failed = resourceOf(map);
    await expect(failed).rejects.toMatchObject({
      name: 'LinkFailedError',
      cause: new Error('no such bucket'),
    });
    await expect(failed).rejects.toThrow(
      "the link named default of component counter can't be used: no such bucket",
    );
    expect(events.slice(5)).toEqual(['open bad', 'dispose bad']);
  });

  it('share one attempt to open', async () => {
    let attempts = 0;
    const { map } = setUp({
      open: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('not yet');
        return 'open';
      },
    });
    await expect(map.put(link('1'))).rejects.toThrow('not yet');
    expect(await Promise.all([resourceOf(map), resourceOf(map)])).toEqual(['open', 'open']);
    expect(attempts).toBe(2);
  });

  it('close the one before first where the provider calls', async () => {
    const { map, events } = setUp({ side: 'source' });
    await map.put(link('1', { sourceId: 'kv', target: 'counter' }));
    await map.put(link('2', { sourceId: 'kv', target: 'counter' }));
    expect(await resourceOf(map)).toBe('2');
    expect(events).toEqual(['open 1', 'close 1: replaced', 'dispose 1', 'open 2']);
  });

  it('stay as they are when they are put again as they are', async () => {
    const { map, events } = setUp();
    await map.put(link('1'));
    await map.put(link('1'));
    expect(events).toEqual(['open 1']);
  });

  it('are those of one package where the provider says so', async () => {
    const { map } = setUp({ package: 'wasi:keyvalue' });
    expect(map.takes('target', link('1'))).toBe(true);
    expect(map.takes('target', link('1', { witPackage: 'blobstore' }))).toBe(false);
    expect(map.takes('source', link('1'))).toBe(false);
    await expect(resourceOf(map)).rejects.toThrow(/put one for wasi:keyvalue from it/);
  });

  it('are not deleted with one of another package whose place they took', async () => {
    const { map } = setUp();
    await map.put(link('1', { witPackage: 'blobstore' }));
    await map.put(link('2'));
    await map.delete(link('1', { witPackage: 'blobstore' }));
    expect(await resourceOf(map)).toBe('2');
  });

  it('are all closed at the end, once, whoever uses them', async () => {
    const { map, events } = setUp();
    await map.put(link('1'));
    void map.use(call, () => new Promise(() => {}));
    await map.put(link('2'));
    await map.close();
    await map.close();
    expect(events.slice(2).sort()).toEqual([
      'close 1: replaced',
      'close 2: shutdown',
      'dispose 1',
      'dispose 2',
    ]);
    await expect(resourceOf(map)).rejects.toThrow(/has no link/);
  });

  it('undo an opening that ends too late', async () => {
    const gate = Promise.withResolvers<string>();
    const { map, events } = setUp({ open: () => gate.promise });
    const putting = map.put(link('1'));
    const closing = map.close();
    gate.resolve('1');
    await closing;
    await expect(putting).rejects.toThrow('the link has ended');
    expect(events).toEqual(['close 1: shutdown']);
  });
});
