import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { artifacts, startLattice } from '../lattice.js';
import { startStore } from '../load/store-load.js';
import type { Measurement } from '../measurement.js';
import { childrenOf, privateMemory, restingMemory } from '../process-memory.js';

/** How long the provider is watched for the least it needs, in ms. */
const restMs = 5_000;

export const providerIdle: Measurement = {
  name: 'provider-idle',
  unit: 'MB',
  better: 'lower',
  target: 60,
  title: 'resident memory of a NATS key-value provider with one link, after one call',
  baseline: '1: the figure stands for itself',
  async measure() {
    await using lattice = await startLattice();
    await using opened = new AsyncDisposableStack();
    const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
    opened.defer(() => invoker.close());
    const config = { bucket: 'bench', enable_bucket_auto_create: 'true' };
    await startStore(lattice, invoker, `file://${artifacts.keyvalueProvider}`, config, 64);
    const [pid] = await childrenOf(lattice.hostPid, artifacts.keyvalueProvider);
    if (pid === undefined) throw new Error('the host has no process of a provider');
    const value = (await restingMemory(pid, restMs)) / 1e6;
    const own = Math.round((await privateMemory(pid)) / 1e6);
    return {
      value,
      baseline: 1,
      note: `${own} MB of it are the provider's own; the rest are pages of Node.js`,
    };
  },
};
