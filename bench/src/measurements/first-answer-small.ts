import { startPlainHttp, timePlainStart } from '../baselines/plain-http.js';
import { scaleAll } from '../components.js';
import { createGuestFolder, type GuestFile } from '../guests/guest-folder.js';
import { type BenchLattice, linkHttp, startLattice } from '../lattice.js';
import { status, untilListening } from '../load/first-answer.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const deadlineMs = 60_000;
const rounds = 7;

export const firstAnswerSmall: Measurement = {
  name: 'first-answer-small',
  unit: 'ms',
  better: 'lower',
  target: 1,
  title: 'first answer of a running component of 7 KB that nobody has called yet',
  baseline: 'start of a worker thread with node:http to its first answer',
  async measure() {
    await using folder = await createGuestFolder(rounds);
    await using lattice = await startLattice(['--cache-dir', folder.cacheDir]);
    await using plain = await startPlainHttp(await serverPort());
    const ports: number[] = [];
    for (const guest of folder.guests) ports.push(await serve(lattice, guest));

    const callNext = async (): Promise<number> => {
      const port = ports.shift();
      if (port === undefined) throw new RangeError('every component was called already');
      const from = performance.now();
      const answered = await status(port);
      const took = performance.now() - from;
      if (answered !== 200) throw new Error(`the first answer of a component had the status ${answered}`);
      return took;
    };
    // Awaited here: what is measured goes away with this scope.
    return await medianOfRounds(rounds, callNext, () => timePlainStart(plain, deadlineMs));
  },
};

/** Resolves to the port it listens on, with no request made. */
async function serve(lattice: BenchLattice, { componentId, componentRef }: GuestFile): Promise<number> {
  const port = await serverPort();
  await linkHttp(lattice, componentId, port);
  await scaleAll(lattice, [{ componentId, componentRef, maxInstances: 1 }]);
  await untilListening(port, deadlineMs);
  return port;
}
