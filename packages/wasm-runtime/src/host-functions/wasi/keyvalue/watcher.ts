import type { ComponentInstance, ComponentTypes } from '../../../engines/engine.js';
import { Bucket } from './bucket.js';
import type { KeyvalueContext } from './wire-call.js';

/**
 * A change that a key-value provider tells a component of, as it is on the wire
 * (docs/spec/wrpc-interfaces.md#4).
 */
export type KeyvalueChange =
  | { readonly func: 'on-set'; readonly bucket: string; readonly key: string; readonly value: Uint8Array }
  | { readonly func: 'on-delete'; readonly bucket: string; readonly key: string };

/** The id of the component's `wasi:keyvalue/watcher@0.2.0-draft` export, `undefined` when it has none. */
export function watcherExport(types: ComponentTypes): string | undefined {
  return types.exports.find(({ id }) => id === 'wasi:keyvalue/watcher@0.2.0-draft')?.id;
}

/**
 * Tells the component's watcher of a change. The bucket it gets is one it can use: its operations take the component's own
 * link for `wasi:keyvalue/store`.
 *
 * @param context that of the instance
 * @throws TrapError when the guest traps
 */
export async function invokeWatcher(
  instance: ComponentInstance,
  exportId: string,
  change: KeyvalueChange,
  context: KeyvalueContext,
): Promise<void> {
  const bucket = new Bucket(identifierOf(change.bucket), context);
  const params = change.func === 'on-set' ? [bucket, change.key, change.value] : [bucket, change.key];
  await instance.call(exportId, change.func, params);
}

/** Upstream's providers send the number of a handle, which says nothing about the bucket; the empty name leaves it to the link. */
function identifierOf(bucket: string): string {
  return /^\d+$/.test(bucket) ? '' : bucket;
}
