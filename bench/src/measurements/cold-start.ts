import { startPlainHttp } from '../baselines/plain-http.js';
import { artifacts, linkHttp, startLattice } from '../lattice.js';
import { firstAnswer, untilStopped } from '../load/first-answer.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const deadlineMs = 60_000;

export const coldStart: Measurement = {
  name: 'cold-start',
  unit: 'ms',
  better: 'lower',
  target: 3,
  title: 'scale command to first HTTP answer, compiled code on disk',
  baseline: 'start of a worker thread with node:http to its first answer',
  async measure() {
    await using lattice = await startLattice();
    await using plain = await startPlainHttp(await serverPort());
    const { control, hostId } = lattice;
    const port = await serverPort();
    const component = { componentId: 'hello', componentRef: `file://${artifacts.hello}` };
    await linkHttp(lattice, 'hello', port);

    const start = async (): Promise<number> => {
      const from = performance.now();
      await control.scaleComponent(hostId, { ...component, maxInstances: 1 });
      await firstAnswer(port, deadlineMs);
      const took = performance.now() - from;
      await control.scaleComponent(hostId, { ...component, maxInstances: 0 });
      await untilStopped(port, deadlineMs);
      return took;
    };
    const startPlain = async (): Promise<number> => {
      const from = performance.now();
      plain.startWorker();
      await firstAnswer(plain.port, deadlineMs);
      const took = performance.now() - from;
      await plain.stopWorker();
      return took;
    };
    // Compiles the component for the first time on this machine, which is no part of a start.
    await start();
    // Awaited here: what is measured goes away with this scope.
    return await medianOfRounds(5, start, startPlain);
  },
};
