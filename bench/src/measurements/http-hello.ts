import { startPlainHttp } from '../baselines/plain-http.js';
import { artifacts, linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { loadHttp } from '../load/http-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const load = { connections: 32, warmUpMs: 500, durationMs: 2_000 };

/** Before the rounds: V8 compiles functions of the guest a second time after some 30,000 requests. */
const settleMs = 8_000;

export const httpHello: Measurement = {
  name: 'http-hello',
  unit: 'requests/s',
  better: 'higher',
  target: 0.18,
  title: 'HTTP greeting by a TypeScript component of 12.8 MB, through one serving thread',
  baseline: 'node:http in a worker thread',
  async measure() {
    await using lattice = await startLattice(['--serving-threads', '1']);
    await using plain = await startPlainHttp(await serverPort());
    const port = await serverPort();
    await linkHttp(lattice, 'hello', port);
    const component = { componentId: 'hello', componentRef: `file://${artifacts.hello}` };
    await lattice.control.scaleComponent(lattice.hostId, { ...component, maxInstances: load.connections });
    plain.startWorker();
    await Promise.all([firstAnswer(port, 60_000), firstAnswer(plain.port, 60_000)]);
    await loadHttp({ ...load, port, durationMs: settleMs });
    // Awaited here: what is measured goes away with this scope.
    return await medianOfRounds(
      5,
      () => loadHttp({ ...load, port }),
      () => loadHttp({ ...load, port: plain.port }),
    );
  },
};
