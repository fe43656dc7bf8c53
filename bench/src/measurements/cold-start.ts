import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { startPlainHttp, timePlainStart } from '../baselines/plain-http.js';
import { artifacts, linkHttp, startLattice } from '../lattice.js';
import { firstAnswer, untilStopped } from '../load/first-answer.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';
import { serverPort } from '../server-port.js';

const deadlineMs = 60_000;

export const coldStart: Measurement = measurement({
  name: 'cold-start',
  target: 3,
  isNew: true,
  title: 'scale command to first HTTP answer of a component that the host has never seen',
});

export const restart: Measurement = measurement({
  name: 'restart',
  target: 2,
  isNew: false,
  title: 'scale command to first HTTP answer of a component that was stopped before',
});

function measurement({
  name,
  target,
  isNew,
  title,
}: {
  readonly name: string;
  readonly target: number;
  /** Whether each round has a component of its own. */
  readonly isNew: boolean;
  readonly title: string;
}): Measurement {
  return {
    name,
    unit: 'ms',
    better: 'lower',
    target,
    title,
    baseline: 'start of a worker thread with node:http to its first answer',
    async measure() {
      await using folder = await createTempDir();
      await using lattice = await startLattice();
      await using plain = await startPlainHttp(await serverPort());
      const { control, hostId } = lattice;
      const port = await serverPort();
      await linkHttp(lattice, 'hello', port);
      const hello = await readFile(artifacts.hello);
      let section: string = randomUUID();

      const start = async (): Promise<number> => {
        // No run before has left anything of it in the cache folder.
        if (isNew) section = randomUUID();
        const file = join(folder.path, `${section}.wasm`);
        await writeFile(file, withSection(hello, section));
        const from = performance.now();
        await control.scaleComponent(hostId, {
          componentId: 'hello',
          componentRef: `file://${file}`,
          maxInstances: 1,
        });
        await firstAnswer(port, deadlineMs);
        const took = performance.now() - from;
        await control.scaleComponent(hostId, {
          componentId: 'hello',
          componentRef: `file://${file}`,
          maxInstances: 0,
        });
        await untilStopped(port, deadlineMs);
        return took;
      };
      // What a host does once, whatever it starts.
      await start();
      // Awaited here: what is measured goes away with this scope.
      return await medianOfRounds(5, start, () => timePlainStart(plain, deadlineMs));
    },
  };
}

/** The same component with a custom section more: another one, as far as a host can tell. */
function withSection(component: Uint8Array, name: string): Uint8Array {
  const bytes = Buffer.from(name);
  return Buffer.concat([component, Buffer.from([0, bytes.length + 1, bytes.length]), bytes]);
}
