import { go, type Language, python } from '@wasmlattice/example-gallery';
import { startPlainHttp } from '../baselines/plain-http.js';
import { scaleAll } from '../components.js';
import { galleryGuest } from '../guests/gallery-guest.js';
import { linkHttp, startLattice } from '../lattice.js';
import { firstAnswer } from '../load/first-answer.js';
import { loadHttp } from '../load/http-load.js';
import type { Measured, Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const load = { connections: 16, warmUpMs: 1_000, durationMs: 2_000 };

/**
 * Before the rounds: V8 compiles functions of the guest a second time once they are known to matter. That takes five seconds of a core, which
 * other work may leave it only in a minute.
 */
const settling = { pieceMs: 5_000, pieces: 12 };

export const httpPython: Measurement = measurement({ name: 'http-python', language: python, target: 0.08 });

export const httpGo: Measurement = measurement({ name: 'http-go', language: go, target: 0.05 });

function measurement({
  name,
  language,
  target,
}: {
  readonly name: string;
  readonly language: Language;
  readonly target: number;
}): Measurement {
  return {
    name,
    unit: 'requests/s',
    better: 'higher',
    target,
    title: `the greeting in ${language.title} of the gallery, through one serving thread, ${load.connections} connections`,
    baseline: 'node:http in a worker thread, the same load',
    async measure() {
      const guest = await galleryGuest(language, 'hello');
      return 'skipped' in guest ? guest : await measureFile(guest.file);
    },
  };
}

async function measureFile(file: string): Promise<Measured> {
  await using lattice = await startLattice(['--serving-threads', '1']);
  await using plain = await startPlainHttp(await serverPort());
  const port = await serverPort();
  const component = { componentId: 'hello', componentRef: `file://${file}` };
  await linkHttp(lattice, component.componentId, port);
  await scaleAll(lattice, [{ ...component, maxInstances: load.connections }]);
  plain.startWorker();
  await Promise.all([firstAnswer(port, 60_000), firstAnswer(plain.port, 60_000)]);
  await settle(port);
  // Awaited here: what is measured goes away with this scope.
  return await medianOfRounds(
    5,
    () => loadHttp({ ...load, port }),
    () => loadHttp({ ...load, port: plain.port }),
  );
}

/** Loads until that has not made it faster twice in a row. */
async function settle(port: number): Promise<void> {
  let best = 0;
  let sinceBest = 0;
  for (let piece = 0; piece < settling.pieces && sinceBest < 2; piece++) {
    const rate = await loadHttp({ ...load, port, durationMs: settling.pieceMs });
    sinceBest = rate > best * 1.1 ? 0 : sinceBest + 1;
    best = Math.max(best, rate);
  }
}
