import { setTimeout as wait } from 'node:timers/promises';
import { scaleAll } from '../components.js';
import { createGuestFolder, type GuestFile } from '../guests/guest-folder.js';
import { linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { loadHttp } from '../load/http-load.js';
import { pingUntil } from '../load/ping-load.js';
import type { Measurement } from '../measurement.js';
import { percentile99 } from '../percentile.js';
import { serverPort } from '../server-port.js';

const load = { connections: 64, warmUpMs: 1_000, durationMs: 5_000 };

/** Some 1 ms of a core a request: the threads compute, and the load takes little. */
const spins = 700_000;

/** What nobody notices, in ms: below it, twice as much is no worse. */
const floorMs = 5;

export const controlUnderLoad: Measurement = {
  name: 'control-under-load',
  unit: 'ms',
  better: 'lower',
  target: 3,
  title: `99th percentile of host.ping while every serving thread, one a core, computes for ${load.connections} connections`,
  baseline: `the same of the idle host, ${floorMs} ms at least`,
  async measure() {
    await using folder = await createGuestFolder(1, { spins });
    await using lattice = await startLattice(['--cache-dir', folder.cacheDir]);
    const [{ componentId, componentRef }] = folder.guests as [GuestFile];
    const port = await serverPort();
    await linkHttp(lattice, componentId, port);
    await scaleAll(lattice, [{ componentId, componentRef, maxInstances: load.connections }]);
    await firstAnswer(port, 60_000);
    const idle = percentile99(await pingUntil(lattice, wait(load.durationMs)));
    const loaded = loadHttp({ ...load, port });
    const pings = await pingUntil(lattice, loaded);
    const perSecond = await loaded;
    return {
      value: percentile99(pings),
      baseline: Math.max(idle, floorMs),
      note: `${idle.toFixed(1)} ms when idle; ${Math.round(perSecond)} requests/s meanwhile, the slowest ping took ${Math.round(Math.max(...pings))} ms`,
    };
  },
};
