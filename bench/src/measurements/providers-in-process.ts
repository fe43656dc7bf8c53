import { eventNamed, subscribeEvents } from '@wasmlattice/events';
import { artifacts, startLattice } from '../lattice.js';
import type { Measurement } from '../measurement.js';
import { childrenOf, privateMemory, restingMemory } from '../process-memory.js';

/** How long the process is watched for the least it needs, in ms. */
const restMs = 5_000;
const providers = 20;

/** First-party providers, each of them several times. */
const programs = [artifacts.keyvalueProvider, artifacts.blobstoreProvider];

export const providersInProcess: Measurement = {
  name: 'providers-in-process',
  unit: 'MB',
  better: 'lower',
  target: 150,
  title: `resident memory of the process that ${providers} first-party providers without links share (\`--providers-in-process\`)`,
  baseline: '1: the figure stands for itself',
  async measure() {
    await using lattice = await startLattice(['--providers-in-process']);
    const { connection, control, hostId, hostPid } = lattice;
    const events = await subscribeEvents({ connection, lattice: lattice.lattice });
    for (let index = 0; index < providers; index++) {
      const from = events.position;
      const providerRef = `file://${programs[index % programs.length]}`;
      await control.startProvider(hostId, { providerId: `idle-${index}`, providerRef });
      await events.waitForEvent(eventNamed('provider_started'), { from, timeoutMs: 60_000 });
    }
    const [pid, ...others] = await childrenOf(hostPid, 'shared-program');
    if (pid === undefined || others.length > 0) throw new Error('the providers do not share one process');
    const value = (await restingMemory(pid, restMs)) / 1e6;
    const own = Math.round((await privateMemory(pid)) / 1e6);
    return { value, baseline: 1, note: `${own} MB of it are its own; the rest are pages of Node.js` };
  },
};
