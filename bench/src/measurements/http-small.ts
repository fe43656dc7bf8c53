import { startPlainHttp } from '../baselines/plain-http.js';
import { scaleAll } from '../components.js';
import { createGuestFolder } from '../guests/guest-folder.js';
import { linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { loadHttp } from '../load/http-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

export const httpSmall: Measurement = measurement({ name: 'http-small', connections: 64, target: 0.4 });

export const httpSmall1: Measurement = measurement({ name: 'http-small-1', connections: 1, target: 0.8 });

function measurement({
  name,
  connections,
  target,
}: {
  readonly name: string;
  readonly connections: number;
  readonly target: number;
}): Measurement {
  const load = { connections, warmUpMs: 1_000, durationMs: 2_000 };
  return {
    name,
    unit: 'requests/s',
    better: 'higher',
    target,
    title: `a component of 7 KB through one serving thread, ${connections} connection${connections === 1 ? '' : 's'}`,
    baseline: 'node:http in a worker thread, the same load',
    async measure() {
      await using folder = await createGuestFolder(1);
      await using lattice = await startLattice(['--serving-threads', '1', '--cache-dir', folder.cacheDir]);
      await using plain = await startPlainHttp(await serverPort());
      const port = await serverPort();
      for (const { componentId, componentRef } of folder.guests) {
        await linkHttp(lattice, componentId, port);
        await scaleAll(lattice, [{ componentId, componentRef, maxInstances: connections }]);
      }
      plain.startWorker();
      await Promise.all([firstAnswer(port, 60_000), firstAnswer(plain.port, 60_000)]);
      // Awaited here: what is measured goes away with this scope.
      return await medianOfRounds(
        5,
        () => loadHttp({ ...load, port }),
        () => loadHttp({ ...load, port: plain.port }),
      );
    },
  };
}
