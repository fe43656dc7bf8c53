import { setTimeout as wait } from 'node:timers/promises';
import { createClient, type Invoker } from '@wasmlattice/rpc';
import { type KeyvalueStore, keyvalueStore } from '@wasmlattice/rpc/interfaces';
import type { BenchLattice } from '../lattice.js';

/** Whom the rows on stores call as, and what they get. */
const source = 'bench';
const provider = 'keyvalue';
const key = 'key';
/** Between two tries of the first call, in ms: each that reaches the provider has V8 compile more, which an idle one is weighed by. */
const tryMs = 250;
/** Longest wait for the provider to take its link, in ms. */
const linkDeadlineMs = 30_000;

/** A provider of `wasi:keyvalue`, started by a host and linked. */
export interface StoreUnderLoad {
  /** Gets the value once. */
  get(): Promise<void>;
}

/**
 * Starts the provider, links it, and waits until it has taken a value.
 *
 * @param providerRef `file:///…`
 * @param valueBytes size of the value that is got
 */
export async function startStore(
  { control, hostId }: BenchLattice,
  invoker: Invoker,
  providerRef: string,
  config: Readonly<Record<string, string>>,
  valueBytes: number,
): Promise<StoreUnderLoad> {
  await control.startProvider(hostId, { providerId: provider, providerRef });
  await control.putConfig('bench-store', config);
  await control.putLink({
    sourceId: source,
    target: provider,
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    targetConfig: ['bench-store'],
  });
  const store = createClient<KeyvalueStore>(invoker, {
    target: provider,
    interface: keyvalueStore,
    headers: { 'source-id': source, 'link-name': 'default' },
  });
  await storeValue(store, valueBytes);
  return {
    async get() {
      const result = await store.get('default', key);
      if (result.tag !== 'ok' || result.val?.length !== valueBytes)
        throw new Error('a get did not bring the value');
    },
  };
}

/** The first call that succeeds tells that the provider is up and has its link. */
async function storeValue(store: KeyvalueStore, valueBytes: number): Promise<void> {
  for (const deadline = performance.now() + linkDeadlineMs; ; await wait(tryMs)) {
    try {
      const result = await store.set('default', key, new Uint8Array(valueBytes));
      if (result.tag === 'ok') return;
      throw new Error(`the store says ${JSON.stringify(result.val)}`);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
