import { scaleAll } from '../components.js';
import { createGuestFolder } from '../guests/guest-folder.js';
import { startLattice } from '../lattice.js';
import type { Measurement } from '../measurement.js';
import { restingMemory } from '../process-memory.js';

const components = 1_000;

/** How long the host is watched for the least it needs, in ms. */
const restMs = { empty: 2_000, full: 10_000 };

export const idleComponent: Measurement = {
  name: 'idle-component',
  unit: 'MB',
  better: 'lower',
  target: 0.5,
  title: `resident memory for each of ${components} components of 7 KB, none alike, none ever called`,
  baseline: '1: the figure stands for itself',
  async measure() {
    await using folder = await createGuestFolder(components);
    await using lattice = await startLattice(['--cache-dir', folder.cacheDir]);
    const { hostPid } = lattice;
    const empty = await restingMemory(hostPid, restMs.empty);
    await scaleAll(
      lattice,
      folder.guests.map(({ componentId, componentRef }) => ({ componentId, componentRef, maxInstances: 1 })),
    );
    const full = await restingMemory(hostPid, restMs.full);
    const note = `${inMb(empty)} MB with none, ${inMb(full)} MB with all`;
    return { value: (full - empty) / 1e6 / components, baseline: 1, note };
  },
};

function inMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
