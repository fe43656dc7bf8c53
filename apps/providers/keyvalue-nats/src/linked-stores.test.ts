import { describe, expect, it } from 'vitest';
import type { KvBucket } from './kv-bucket.js';
import { createLinkedStores, type LinkedStores, type OpenStore } from './linked-stores.js';

/** A bucket that is only told apart from others. */
function fakeStore(closed: string[], name: string): () => Promise<OpenStore> {
  const bucket = { name } as unknown as KvBucket;
  return async () => ({ bucket, close: async () => void closed.push(name) });
}

async function nameOf(
  stores: LinkedStores,
  bucket: string,
  linkName = 'default',
  sourceId = 'c',
): Promise<string> {
  const found = (await stores.find({ sourceId, linkName, bucket })) as unknown as { readonly name: string };
  return found.name;
}

describe('linked stores', () => {
  it('are chosen by the bucket the component names, else by the link of the call', async () => {
    const stores = createLinkedStores();
    await stores.put('c', 'default', fakeStore([], 'first'));
    await stores.put('c', 'second', fakeStore([], 'second'));
    expect(await nameOf(stores, '')).toBe('first');
    expect(await nameOf(stores, 'default')).toBe('first');
    expect(await nameOf(stores, 'second')).toBe('second');
    expect(await nameOf(stores, '', 'second')).toBe('second');
    await stores.delete('c', 'default');
    expect(await nameOf(stores, 'default', 'second')).toBe('second');
  });

  it('say which link is missing and which there are', async () => {
    const stores = createLinkedStores();
    await expect(nameOf(stores, '')).rejects.toThrow(/consumer component not linked: c/);
    await stores.put('c', 'second', fakeStore([], 'second'));
    await expect(nameOf(stores, 'counters')).rejects.toThrow(
      'No NATS Kv store found for bucket id (link name): counters; c has links named second',
    );
    await expect(nameOf(stores, '')).rejects.toThrow(/\(link name\): default; c has/);
    await expect(nameOf(stores, '', 'second', 'other')).rejects.toThrow(/not linked: other/);
  });

  it('are closed when replaced, deleted or at the end', async () => {
    const closed: string[] = [];
    const stores = createLinkedStores();
    await stores.put('c', 'default', fakeStore(closed, 'a'));
    await stores.put('c', 'default', fakeStore(closed, 'b'));
    expect(closed).toEqual(['a']);
    await stores.delete('c', 'default');
    await stores.delete('c', 'default');
    expect(closed).toEqual(['a', 'b']);
    await stores.put('c', 'default', fakeStore(closed, 'c'));
    await stores.close();
    await stores.close();
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  it('are opened again at the next call when that failed', async () => {
    const stores = createLinkedStores();
    let attempts = 0;
    const open = fakeStore([], 'a');
    const put = stores.put('c', 'default', () => {
      attempts += 1;
      return attempts < 3 ? Promise.reject(new Error(`attempt ${attempts}`)) : open();
    });
    await expect(put).rejects.toThrow('attempt 1');
    await expect(nameOf(stores, '')).rejects.toThrow('attempt 2');
    expect(await Promise.all([nameOf(stores, ''), nameOf(stores, '')])).toEqual(['a', 'a']);
    expect(attempts).toBe(3);
  });
});
