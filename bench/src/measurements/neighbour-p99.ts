import { request } from 'node:http';
import { scaleAll } from '../components.js';
import { createGuestFolder, type GuestFile } from '../guests/guest-folder.js';
import { type BenchLattice, linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { httpLatencies } from '../load/http-latency.js';
import type { Measurement } from '../measurement.js';
import { percentile99 } from '../percentile.js';
import { serverPort } from '../server-port.js';

const load = { connections: 16, warmUpMs: 1_000, durationMs: 3_000 };

/** Longest that a guest computes before others have their turn, in ms: two ticks of the clock, and what a timer is late. */
const sliceMs = 5;

/** More than the measurement takes: some seconds of a core. */
const endless = 0xffff_ffff;

export const neighbourP99: Measurement = {
  name: 'neighbour-p99',
  unit: 'ms',
  better: 'lower',
  target: 3,
  title: `99th percentile of a small component at ${load.connections} connections while another one computes without end on the same thread`,
  baseline: `the same without the other, one slice of ${sliceMs} ms at least`,
  async measure() {
    await using quick = await createGuestFolder(1);
    await using busy = await createGuestFolder(1, { spins: endless });
    await using lattice = await startLattice(['--serving-threads', '1', '--cache-dir', quick.cacheDir]);
    const port = await serve(lattice, { ...(quick.guests[0] as GuestFile), componentId: 'quick' });
    const busyPort = await serve(lattice, { ...(busy.guests[0] as GuestFile), componentId: 'busy' });
    await firstAnswer(port, 60_000);
    const idle = await httpLatencies({ ...load, port });
    const computing = compute(busyPort);
    const taken = await httpLatencies({ ...load, port });
    const isComputing = computing.isUnanswered;
    computing.abandon();
    if (!isComputing) throw new Error('the component that computes was done before the measurement');
    return {
      value: percentile99(taken),
      baseline: Math.max(percentile99(idle), sliceMs),
      note: `${percentile99(idle).toFixed(1)} ms without the other`,
    };
  },
};

async function serve(lattice: BenchLattice, { componentId, componentRef }: GuestFile): Promise<number> {
  const port = await serverPort();
  await linkHttp(lattice, componentId, port);
  await scaleAll(lattice, [{ componentId, componentRef, maxInstances: load.connections }]);
  return port;
}

/** A request that nobody waits for to be answered. */
function compute(port: number): { readonly isUnanswered: boolean; abandon(): void } {
  let isUnanswered = true;
  const sent = request({ host: '127.0.0.1', port }, () => {
    isUnanswered = false;
  });
  sent.on('error', () => {
    isUnanswered = false;
  });
  sent.end();
  return {
    get isUnanswered() {
      return isUnanswered;
    },
    abandon: () => void sent.destroy(),
  };
}
