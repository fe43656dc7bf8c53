import { randomUUID } from 'node:crypto';
import { createTempDir } from '@wasmlattice/test-support';
import { scaleAll } from '../../components.js';
import { artifacts, type BenchLattice, startLattice, startWasmcloudLattice } from '../../lattice.js';
import type { Measurement } from '../../measurement.js';
import { medianOfRounds } from '../../rounds.js';
import { wasmcloudPrograms } from '../../wasmcloud/wasmcloud-programs.js';

export const besideScaleJs: Measurement = {
  name: 'beside-scale-js',
  unit: '1/s',
  better: 'higher',
  target: 30,
  title:
    'the reciprocal of the time from the command that scales examples/http-hello until the host tells that it runs, caches empty',
  baseline: 'the same on a host of wasmCloud 1.9.2, both with their defaults',
  async measure() {
    const programs = wasmcloudPrograms();
    if ('skipped' in programs) return programs;
    return await medianOfRounds(
      3,
      async () => {
        await using cache = await createTempDir();
        await using lattice = await startLattice(['--cache-dir', cache.path]);
        return 1_000 / (await timeScale(lattice));
      },
      async () => {
        await using lattice = await startWasmcloudLattice(programs.host);
        return 1_000 / (await timeScale(lattice));
      },
    );
  },
};

/** In ms. */
async function timeScale(lattice: BenchLattice): Promise<number> {
  const from = performance.now();
  await scaleAll(lattice, [
    { componentId: randomUUID(), componentRef: `file://${artifacts.hello}`, maxInstances: 1 },
  ]);
  return performance.now() - from;
}
