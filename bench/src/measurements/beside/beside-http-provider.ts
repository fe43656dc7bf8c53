import { readFile } from 'node:fs/promises';
import { rust } from '@wasmlattice/example-gallery';
import { createTempDir } from '@wasmlattice/test-support';
import { startEmptyComponent } from '../../baselines/empty-component.js';
import { scaleAll } from '../../components.js';
import { galleryGuest } from '../../guests/gallery-guest.js';
import { type BenchLattice, linkHttp } from '../../lattice.js';
import { firstAnswer } from '../../load/first-answer.js';
import { loadHttp, settleHttp } from '../../load/http-load.js';
import type { Measurement } from '../../measurement.js';
import { median } from '../../median.js';
import { medianOfRounds } from '../../rounds.js';
import { serverPort } from '../../server-port.js';
import { startBothHosts } from '../../wasmcloud/both-hosts.js';
import { packProvider } from '../../wasmcloud/provider-archive.js';
import { wasmcloudPrograms } from '../../wasmcloud/wasmcloud-programs.js';

const load = { connections: 64, warmUpMs: 500, durationMs: 2_000 };
/** Many more than connections: a host of wasmCloud keeps an instance for each request that its client left, as loads do at their end. */
const maxInstances = 2_000;

/** Their HTTP server, a process of its own: how much of what it can do is left with a component of ours behind it. */
export const besideHttpProvider: Measurement = {
  name: 'beside-http-provider',
  unit: 'requests/s',
  better: 'higher',
  target: 0.9,
  title: `the HTTP server provider of wasmCloud 1.9.2 before the greeting in Rust of the gallery, ${load.connections} connections`,
  baseline: 'the same provider before a process of Node.js that answers with nothing',
  async measure() {
    const programs = wasmcloudPrograms();
    if ('skipped' in programs) return programs;
    const guest = await galleryGuest(rust, 'hello');
    if ('skipped' in guest) return guest;
    await using folder = await createTempDir();
    const provider = await packProvider(folder.path, 'http-server', await readFile(programs.httpServer));
    await using hosts = await startBothHosts(programs.host);
    const { natsUrl, lattice } = hosts.ours;
    await using _empty = await startEmptyComponent(natsUrl, lattice, 'empty');
    const serve = async (at: BenchLattice, component: string): Promise<number> => {
      const port = await serverPort();
      if (component === 'hello') {
        const componentRef = `file://${guest.file}`;
        await scaleAll(at, [{ componentId: component, componentRef, maxInstances }]);
      }
      await linkHttp(at, component, port, provider);
      await firstAnswer(port, 60_000);
      await settleHttp({ ...load, port });
      return port;
    };
    const ours = await serve(hosts.ours, 'hello');
    const empty = await serve(hosts.ours, 'empty');
    const theirs = await serve(hosts.theirs, 'hello');
    const ofTheirs: number[] = [];
    const measured = await medianOfRounds(
      5,
      () => loadHttp({ ...load, port: ours }),
      async () => {
        ofTheirs.push(await loadHttp({ ...load, port: theirs }));
        return await loadHttp({ ...load, port: empty });
      },
    );
    return {
      ...measured,
      note: `the component on a host of wasmCloud 1.9.2: ${median(ofTheirs).toFixed(0)}`,
    };
  },
};
