import { setTimeout as wait } from 'node:timers/promises';
import { scaleAll } from '../components.js';
import { createGuestFolder } from '../guests/guest-folder.js';
import { startLattice } from '../lattice.js';
import { pingUntil } from '../load/ping-load.js';
import type { Measurement } from '../measurement.js';
import { percentile99 } from '../percentile.js';

const commands = 1_000;

/** All components have to run by then. */
const deadlineMs = 60_000;

const idleMs = 5_000;

/** What nobody notices, in ms: below it, twice as much is no worse. */
const floorMs = 5;

export const scaleStorm: Measurement = {
  name: 'scale-storm',
  unit: 'ms',
  better: 'lower',
  target: 3,
  title: `99th percentile of host.ping while ${commands} components of 7 KB start, in ${deadlineMs / 1_000} s at most`,
  baseline: `the same of the idle host, ${floorMs} ms at least`,
  async measure() {
    await using folder = await createGuestFolder(commands);
    await using lattice = await startLattice(['--cache-dir', folder.cacheDir]);
    const idle = await pingUntil(lattice, wait(idleMs));
    const from = performance.now();
    const scaled = scaleAll(
      lattice,
      folder.guests.map(({ componentId, componentRef }) => ({ componentId, componentRef, maxInstances: 1 })),
    );
    const [pings] = await Promise.all([pingUntil(lattice, scaled), scaled]);
    const took = performance.now() - from;
    if (took > deadlineMs) throw new Error(`${commands} components took ${Math.round(took)} ms to start`);
    return {
      value: percentile99(pings),
      baseline: Math.max(percentile99(idle), floorMs),
      note: `all ran after ${(took / 1_000).toFixed(1)} s; the slowest ping took ${Math.round(Math.max(...pings))} ms`,
    };
  },
};
