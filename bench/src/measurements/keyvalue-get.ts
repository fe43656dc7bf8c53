import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@wasmlattice/rpc';
import { type KeyvalueStore, keyvalueStore } from '@wasmlattice/rpc/interfaces';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startPlainResponder } from '../baselines/plain-responder.js';
import { artifacts, type BenchLattice, startLattice } from '../lattice.js';
import { loadCalls } from '../load/call-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const load = { inFlight: 64, warmUpMs: 500, durationMs: 2_000 };
const valueBytes = 64;
const source = 'bench';
/** Longest wait for the provider to take its link, in ms. */
const linkDeadlineMs = 30_000;

export const keyvalueGet: Measurement = {
  name: 'keyvalue-get',
  unit: 'calls/s',
  better: 'higher',
  title: 'wRPC keyvalue get, 64 bytes, 64 in flight: client, provider, JetStream',
  baseline: 'raw NATS request/reply, 64 in flight',
  async measure() {
    await using lattice = await startLattice();
    await using plain = await startPlainResponder(lattice.natsUrl, valueBytes);
    await linkKeyvalue(lattice);
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
    const store = createClient<KeyvalueStore>(invoker, {
      target: 'keyvalue',
      interface: keyvalueStore,
      headers: { 'source-id': source, 'link-name': 'default' },
    });
    await storeValue(store);
    const request = new Uint8Array(valueBytes);
    try {
      return await medianOfRounds(
        3,
        () => loadCalls(() => getValue(store), load),
        () => loadCalls(() => lattice.connection.request(plain.subject, request, { timeout: 10_000 }), load),
      );
    } finally {
      await invoker.close();
    }
  },
};

async function linkKeyvalue({ control, hostId }: BenchLattice): Promise<void> {
  const providerRef = `file://${artifacts.keyvalueProvider}`;
  await control.startProvider(hostId, { providerId: 'keyvalue', providerRef });
  await control.putConfig('bench-bucket', { bucket: 'bench', enable_bucket_auto_create: 'true' });
  await control.putLink({
    sourceId: source,
    target: 'keyvalue',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    targetConfig: ['bench-bucket'],
  });
}

/** The first call that succeeds tells that the provider is up and has its link. */
async function storeValue(store: KeyvalueStore): Promise<void> {
  for (const deadline = performance.now() + linkDeadlineMs; ; await wait(20)) {
    try {
      const result = await store.set('default', 'key', new Uint8Array(valueBytes));
      if (result.tag === 'ok') return;
      throw new Error(`the store says ${JSON.stringify(result.val)}`);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function getValue(store: KeyvalueStore): Promise<void> {
  const result = await store.get('default', 'key');
  if (result.tag !== 'ok' || result.val?.length !== valueBytes)
    throw new Error('a get did not bring the value');
}
