import { keyvalueAtomics, keyvalueBatch } from '@wasmlattice/rpc/interfaces';
import { exactly, type HostInterface } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { Bucket } from './bucket.js';
import { wireCall } from './wire-call.js';

const versions = exactly('0.2.0-draft');

const store: HostInterface = {
  ...declared('wasi:keyvalue/store@0.2.0-draft'),
  ...versions,
  suspending: ['get', 'set', 'delete', 'exists', 'list-keys'].map((name) => `[method]bucket.${name}`),
  // Opening is local and always succeeds: whether the store exists shows with the first operation.
  bind: (context) => ({
    Bucket,
    open: (identifier: string) => new Bucket(identifier, context),
  }),
};

const atomicsCall = wireCall(keyvalueAtomics, 'wasi:keyvalue/atomics');

const atomics: HostInterface = {
  ...declared('wasi:keyvalue/atomics@0.2.0-draft'),
  ...versions,
  suspending: ['increment'],
  bind: (context) => ({
    increment: ({ identifier }: Bucket, key: string, delta: bigint) =>
      atomicsCall(context, 'increment', identifier, key, delta),
  }),
};

const batchCall = wireCall(keyvalueBatch, 'wasi:keyvalue/batch');

const batch: HostInterface = {
  ...declared('wasi:keyvalue/batch@0.2.0-draft'),
  ...versions,
  suspending: ['get-many', 'set-many', 'delete-many'],
  bind: (context) => ({
    getMany: ({ identifier }: Bucket, keys: string[]) => batchCall(context, 'get-many', identifier, keys),
    setMany: ({ identifier }: Bucket, entries: [string, Uint8Array][]) =>
      batchCall(context, 'set-many', identifier, entries),
    deleteMany: ({ identifier }: Bucket, keys: string[]) =>
      batchCall(context, 'delete-many', identifier, keys),
  }),
};

/**
 * `wasi:keyvalue@0.2.0-draft`, bridged to `wrpc:keyvalue` (docs/spec/wrpc-interfaces.md#2,
 * docs/spec/wrpc-interfaces.md#4).
 */
export const keyvalueInterfaces: readonly HostInterface[] = [store, atomics, batch];
