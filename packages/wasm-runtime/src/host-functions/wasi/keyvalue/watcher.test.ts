import { ok } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import type { ComponentInstance } from '../../../engines/engine.js';
import { testContext, testLinks } from '../../../testing/context.js';
import type { Bucket } from './bucket.js';
import { invokeWatcher, type KeyvalueChange } from './watcher.js';

const exportId = 'wasi:keyvalue/watcher@0.2.0-draft';
const value = Uint8Array.of(1, 2);

/** A guest that keeps what it is called with, and asks its bucket for the key. */
async function watch(change: KeyvalueChange) {
  const guest: unknown[] = [];
  const wire: unknown[] = [];
  const context = testContext({
    links: testLinks(async (linkKey, { func, params }) => {
      wire.push([linkKey, func.name, ...params]);
      return ok(undefined);
    }),
  });
  const instance: Pick<ComponentInstance, 'call'> = {
    async call(id, func, [bucket, ...rest]) {
      guest.push([id, func, ...rest]);
      await (bucket as Bucket).get(String(rest[0]));
      return undefined;
    },
  };
  await invokeWatcher(instance as ComponentInstance, exportId, change, context);
  return { guest, wire };
}

describe('a watcher', () => {
  it('gets a change with a bucket that works through the link of its component', async () => {
    const { guest, wire } = await watch({ func: 'on-set', bucket: 'orders', key: 'k', value });
    expect(guest).toEqual([[exportId, 'on-set', 'k', value]]);
    expect(wire).toEqual([['wasi:keyvalue/store', 'get', 'orders', 'k']]);
  });

  it('gets the bucket of the link where a provider names none but the number of a handle', async () => {
    const { guest, wire } = await watch({ func: 'on-delete', bucket: '0', key: 'k' });
    expect(guest).toEqual([[exportId, 'on-delete', 'k']]);
    expect(wire).toEqual([['wasi:keyvalue/store', 'get', '', 'k']]);
  });
});
