import { scaleAll } from '../components.js';
import { createGuestFolder, type GuestFile } from '../guests/guest-folder.js';
import { type BenchLattice, linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { loadHttp } from '../load/http-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

/** So many that the kernel, which spreads them by chance, gives both threads enough. */
const load = { connections: 64, warmUpMs: 1_000, durationMs: 3_000 };

/** Some 1 ms of a core: four or five cycles each, one after the other. */
const spins = 700_000;

export const twoThreads: Measurement = {
  name: 'two-threads',
  unit: 'requests/s',
  better: 'higher',
  target: 1.6,
  title: 'a component that computes for 1 ms, 64 connections, on two serving threads',
  baseline: 'the same on one',
  async measure() {
    await using folder = await createGuestFolder(1, { spins });
    const flags = ['--cache-dir', folder.cacheDir, '--serving-threads'];
    await using two = await startLattice([...flags, '2']);
    await using one = await startLattice([...flags, '1']);
    const [guest] = folder.guests as [GuestFile];
    const ports = [await serve(two, guest), await serve(one, guest)] as const;
    // Awaited here: what is measured goes away with this scope.
    const measured = await medianOfRounds(
      5,
      () => loadHttp({ ...load, port: ports[0] }),
      () => loadHttp({ ...load, port: ports[1] }),
    );
    return { ...measured, note: `${(1_000 / measured.baseline).toFixed(2)} ms a request on one` };
  },
};

/** Resolves to the port it answers on. */
async function serve(lattice: BenchLattice, { componentId, componentRef }: GuestFile): Promise<number> {
  const port = await serverPort();
  await linkHttp(lattice, componentId, port);
  await scaleAll(lattice, [{ componentId, componentRef, maxInstances: load.connections }]);
  await firstAnswer(port, 60_000);
  return port;
}
