import { eventNamed, subscribeEvents } from '@wasmlattice/events';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { artifacts, firstPartyProviders, programOf, startLattice } from '../lattice.js';
import { startStore } from '../load/store-load.js';
import type { Measurement } from '../measurement.js';
import { childrenOf, privateMemory, restingMemory } from '../process-memory.js';

/** How long each provider is watched for the least it needs, in ms. */
const restMs = 5_000;

/** The one that has a link and has answered a call; what a link has the others load is up to a library for the server behind them. */
const linked = 'keyvalue-nats';

export const providerIdle: Measurement = {
  name: 'provider-idle',
  unit: 'MB',
  better: 'lower',
  target: 60,
  title: `resident memory of the largest of our ${firstPartyProviders.length} providers, each a process without links; ${linked} has one, and has answered a call`,
  baseline: '1: the figure stands for itself',
  async measure() {
    await using lattice = await startLattice();
    await using opened = new AsyncDisposableStack();
    const { connection, control, hostId, hostPid } = lattice;
    const invoker = createNatsInvoker({ connection, lattice: lattice.lattice });
    opened.defer(() => invoker.close());
    const config = { bucket: 'bench', enable_bucket_auto_create: 'true' };
    await startStore(lattice, invoker, `file://${artifacts.keyvalueProvider}`, config, 64);
    const events = await subscribeEvents({ connection, lattice: lattice.lattice });
    for (const name of firstPartyProviders) {
      if (name === linked) continue;
      const from = events.position;
      await control.startProvider(hostId, { providerId: name, providerRef: `file://${programOf(name)}` });
      await events.waitForEvent(eventNamed('provider_started'), { from, timeoutMs: 60_000 });
    }
    const seen = await Promise.all(
      firstPartyProviders.map(async (name) => {
        const [pid] = await childrenOf(hostPid, programOf(name));
        if (pid === undefined) throw new Error(`the host has no process of ${name}`);
        return { name, resident: await restingMemory(pid, restMs), own: await privateMemory(pid) };
      }),
    );
    const worst = seen.reduce((a, b) => (b.resident > a.resident ? b : a));
    const each = seen.map(({ name, resident }) => `${name} ${inMb(resident)}`).join(', ');
    return {
      value: worst.resident / 1e6,
      baseline: 1,
      note: `${each}; ${inMb(worst.own)} MB of ${worst.name} are its own, the rest are pages of Node.js`,
    };
  },
};

function inMb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
